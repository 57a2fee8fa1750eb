import { expect } from "vitest";
import { runBundle, type StepOptions, type StepResult } from "./run-bundle.ts";

/** Runs a step and looks through everything it leaves behind for what it must keep to itself. */
export async function keepingSecrets(secrets: readonly string[], options: StepOptions): Promise<StepResult> {
  const step = await runBundle(options);
  const inputs = ["client-key", "client-pfx", "client-pfx-password", "access-token"].map(
    (name) => options.inputs[name],
  );
  const given = inputs.flatMap((input) => (input === undefined || input === "" ? [] : pieces(input)));
  const proxies = Object.values(options.env ?? {}).flatMap(userInfo);
  const left = artefacts(step);
  const found = [...secrets, ...given, ...proxies].flatMap((secret) =>
    left.filter(([, text]) => text.includes(secret)).map(([name]) => `${name} holds ${secret}`),
  );
  expect(found).toEqual([]);
  return step;
}

/** Masks are how the runner learns what is secret: it swallows those lines, and nothing else is left out. */
export function artefacts({
  stdout,
  stderr,
  outputs,
  summary,
  files,
}: StepResult): readonly (readonly [string, string])[] {
  const log = stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  return [
    ["the log", log.join("\n")],
    ["stderr", stderr],
    ["the outputs", Object.entries(outputs).flat().join("\n")],
    ["the summary", summary],
    ["the workspace", files.join("\n")],
  ];
}

/** Of a long text also its beginning: half a key is half a secret. */
function pieces(secret: string): readonly string[] {
  return secret
    .split(/\s*\n\s*/)
    .filter((line) => line !== "" && !line.startsWith("-----"))
    .flatMap((line) => [line, line.slice(0, 16)]);
}

function userInfo(value: string): readonly string[] {
  const { username, password } = URL.parse(value) ?? { username: "", password: "" };
  if (username === "") return [];
  const plain = [username, password].map(decodeURIComponent);
  return [...plain, username, password, Buffer.from(plain.join(":")).toString("base64")].filter((one) => one !== "");
}
