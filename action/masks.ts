import { INPUT_NAMES, INPUTS, type InputName, type InputSpec, proxySecrets, type RawInputs } from "../shared/index.ts";

/**
 * What the runner is to keep out of every log: key material, passwords and tokens, and nothing else. Not what is short: a mask on
 * `abc` would blank it in every log and drop every job output that happens to hold it. A text of several lines is masked line by
 * line, for the runner would mask each of them anyway: the `-----BEGIN ...-----` and the stump of base64 at its end, too.
 */
export function masksOf(inputs: RawInputs, proxies: readonly (string | undefined)[]): readonly string[] {
  const typed = INPUT_NAMES.filter((name) => isSecret(name) || holdsKey(inputs[name] ?? "")).flatMap((name) =>
    pieces(inputs[name] ?? ""),
  );
  const passwords = proxySecrets(proxies).filter((text) => text.length >= SHORTEST_MASKED);
  return [...new Set([...typed, ...passwords])];
}

const SHORTEST_MASKED = 8;
const SHORTEST_LINE_MASKED = 16;

function pieces(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  // Of a pasted header the token alone: that is what could show.
  const bare = secret.replace(/^bearer\s+/i, "");
  if (lines.length === 1) return bare.length >= SHORTEST_MASKED ? [bare] : [];
  return lines.filter((line) => line.length >= SHORTEST_LINE_MASKED && !line.startsWith("-----"));
}

/** Certificate and key are often one file: who gives that as `client-certificate` has given a key. */
function holdsKey(text: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
}

function isSecret(name: InputName): boolean {
  const spec: InputSpec = INPUTS[name];
  return spec.secret === true;
}
