import { expect } from "vitest";
import { INPUT_NAMES, INPUTS, type InputSpec } from "../../shared/inputs.ts";
import { runBundle, type StepOptions, type StepResult } from "./run-bundle.ts";

const SECRET_INPUTS = INPUT_NAMES.filter((name) => {
  const spec: InputSpec = INPUTS[name];
  return spec.secret === true;
});

/**
 * Runs a step and looks through everything it leaves behind for what it must keep to itself: `secrets`, every input that is
 * declared secret, and the user of every URL among inputs and environment; also decoded, encoded for a URL, and in base64.
 */
export async function keepingSecrets(secrets: readonly string[], options: StepOptions): Promise<StepResult> {
  const step = await runBundle(options);
  const given = SECRET_INPUTS.flatMap((name) => pieces((options.inputs[name] ?? "").replace(/^bearer /i, "")));
  const urls = [...Object.values(options.env ?? {}), ...Object.values(options.inputs)];
  expect(leaks(artefacts(step), [...secrets, ...given, ...urls.flatMap(userInfo)])).toEqual([]);
  return step;
}

/** Where which secret shows. */
export function leaks(left: readonly (readonly [string, string])[], secrets: readonly string[]): readonly string[] {
  const told = new Set(secrets.filter((secret) => secret !== ""));
  return [...told].flatMap((secret) => {
    const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
    return left
      .filter(([, text]) => forms.some((form) => text.includes(form)))
      .map(([name]) => `${name} holds ${secret}`);
  });
}

/** Masks are how the runner learns what is secret: it swallows those lines, and nothing else is left out. */
export function artefacts({
  stdout,
  stderr,
  outputs,
  summary,
  texts,
}: StepResult): readonly (readonly [string, string])[] {
  const log = stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  return [
    ["the log", log.join("\n")],
    ["stderr", stderr],
    ["the outputs", Object.entries(outputs).flat().join("\n")],
    ["the summary", summary],
    ["names of files", Object.keys(texts).join("\n")],
    ...Object.entries(texts),
  ];
}

/** Of a long text also its beginning: half a key is half a secret. */
function pieces(secret: string): readonly string[] {
  return secret
    .split(/\s*\n\s*/)
    .filter((line) => line !== "" && !line.startsWith("-----"))
    .flatMap((line) => [line, line.slice(0, 16)]);
}

/** Also of several URLs in one text. */
function userInfo(value: string): readonly string[] {
  return [...value.matchAll(/\w+:\/\/([^\s,/]*)@/g)].flatMap(([, written = ""]) => {
    const [user = "", password = ""] = written.split(":");
    const plain = [user, password].map(decodeURIComponent);
    return [...plain, user, password, plain.join(":")];
  });
}
