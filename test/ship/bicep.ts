/*
 * Bicep read without its compiler, which npm cannot bring: the grammar of tree-sitter-bicep, and what can be told from the
 * tree. `az bicep build` in deploy-function.yml knows more (types, API versions); this runs wherever the tests run.
 */
import { fileURLToPath } from "node:url";
import { Language, type Node, Parser } from "web-tree-sitter";

export interface BicepFile {
  /** "line:column what", of everything the grammar does not know. */
  readonly errors: readonly string[];
  /** Name of a parameter to whether it may be left out. */
  readonly parameters: ReadonlyMap<string, { readonly optional: boolean }>;
  readonly outputs: readonly string[];
  /** Used and nowhere declared, "line:column name"; and declared (but for outputs, resources, modules) and nowhere used. */
  readonly undeclared: readonly string[];
  readonly unused: readonly string[];
  readonly modules: readonly BicepModule[];
  /** "module.outputs.name" wherever written. */
  readonly outputsRead: readonly { readonly module: string; readonly output: string }[];
  /** The key of every property of every object. */
  readonly keys: readonly string[];
}

export interface BicepModule {
  readonly name: string;
  readonly path: string;
  readonly params: readonly string[];
}

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(fileURLToPath(import.meta.resolve("tree-sitter-bicep/tree-sitter-bicep.wasm"))));

export function readBicep(source: string): BicepFile {
  const root = parser.parse(source)?.rootNode;
  if (root === undefined) throw new Error("the parser gave up");
  const nodes = [...walk(root)];
  const of = (type: string): readonly Node[] => nodes.filter((node) => node.type === type);
  const declared = new Map(nodes.filter(declares).map((node) => [firstIdentifier(node)?.text ?? "", node]));
  const local = [...of("for_statement"), ...of("lambda_expression")].map((node) => firstIdentifier(node)?.text);
  const used = of("identifier").filter(isUse);
  const uses = new Set(used.map(({ text }) => text));
  return {
    errors: nodes
      .filter((node) => node.isError || node.isMissing)
      .map((node) => `${at(node)} ${node.isMissing ? `missing ${node.type}` : "not understood"}`),
    parameters: new Map(of("parameter_declaration").map((node) => [nameOf(node), { optional: hasDefault(node) }])),
    outputs: of("output_declaration").map(nameOf),
    undeclared: used
      .filter(({ text }) => !declared.has(text) && !local.includes(text))
      .map((node) => `${at(node)} ${node.text}`),
    unused: [...declared]
      .filter(([name, { type }]) => /^(parameter|variable)_/.test(type) && !uses.has(name))
      .map(([name]) => name),
    modules: of("module_declaration").map(toModule),
    outputsRead: [...source.matchAll(/\b(\w+)!?\.outputs\.(\w+)/g)].map(([, module = "", output = ""]) => ({
      module,
      output,
    })),
    keys: of("object_property").flatMap((node) => node.firstNamedChild?.text ?? []),
  };
}

function toModule(node: Node): BicepModule {
  const params = [...walk(node)].find(
    (one) => one.type === "object_property" && one.firstNamedChild?.text === "params",
  );
  const object = params?.namedChildren.find((child) => child.type === "object");
  return {
    name: nameOf(node),
    path: node.namedChildren.find((child) => child.type === "string")?.text.slice(1, -1) ?? "",
    params: object?.namedChildren.flatMap((child) => child.firstNamedChild?.text ?? []) ?? [],
  };
}

const declares = (node: Node): boolean =>
  /^(parameter|variable|resource|module)_declaration$/.test(node.type) && firstIdentifier(node) !== undefined;

/** An identifier that stands for a value: not the name in a declaration, not a key, not a function, not a lambda's own. */
function isUse(node: Node): boolean {
  const { parent } = node;
  if (parent === null) return false;
  const isFirst = parent.firstNamedChild?.id === node.id;
  return !(
    isFirst && /_declaration$|^object_property$|^call_expression$|^lambda_expression$|^for_statement$/.test(parent.type)
  );
}

const firstIdentifier = (node: Node): Node | undefined =>
  node.namedChildren.find((child) => child.type === "identifier");
const nameOf = (node: Node): string => firstIdentifier(node)?.text ?? "";
const at = ({ startPosition: { row, column } }: Node): string => `${row + 1}:${column + 1}`;

/** `param name type = value`, or a type that may be null. */
const hasDefault = (node: Node): boolean => node.children.some(({ type }) => type === "=") || /\?\s*$/.test(node.text);

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* walk(child);
}
