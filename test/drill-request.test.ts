import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeProblems, type DrillRequest, parseDrillRequest, type RawInputs } from "../shared/drill-request.ts";
import { INPUT_NAMES, type InputName } from "../shared/inputs.ts";
import { ACTION_CADENCE, learnedCadence } from "../shared/restore/cadence.ts";
import { at } from "./restore/scenes.ts";

const GUID = "1daae3f5-7fd6-42e9-b1ba-8c05f873994d";
const OTHER = "7903dc2a-228d-44b0-b7c8-000000000001";
const GOOD: RawInputs = { "cluster-endpoint": "https://cluster.example:19080", "partition-id": GUID };

function requested(raw: RawInputs = {}): DrillRequest {
  const parsed = parseDrillRequest({ ...GOOD, ...raw });
  if (!parsed.ok) throw new Error(describeProblems(parsed.problems).join("\n"));
  return parsed.request;
}

/** What is wrong with good inputs but for these: each problem as `[input, message]`. */
function problemsOf(raw: RawInputs): readonly (readonly [InputName, string])[] {
  const parsed = parseDrillRequest({ ...GOOD, ...raw });
  return parsed.ok ? [] : parsed.problems.map(({ input, message }) => [input, message] as const);
}

describe("the defaults", () => {
  test("are those of the table, for inputs absent, empty and blank", () => {
    const absent = requested();
    expect(absent).toMatchObject({
      timeoutMs: 35 * 60_000,
      startTimeoutMs: 5 * 60_000,
      requestTimeoutMs: 20_000,
      cadence: ACTION_CADENCE,
      notBefore: "auto",
      toleranceMs: 5_000,
      apiVersion: "6.4",
      maxRequestsPerSecond: 20,
      summary: true,
    });
    for (const nothing of ["", "  \n"]) {
      const blank = Object.fromEntries(INPUT_NAMES.filter((name) => !(name in GOOD)).map((name) => [name, nothing]));
      expect(requested(blank)).toEqual(absent);
    }
  });
});

describe("good inputs", () => {
  test.each<readonly [InputName, string, Partial<DrillRequest>]>([
    ["timeout-minutes", "0.05", { timeoutMs: 3_000 }],
    ["timeout-minutes", ".5", { timeoutMs: 30_000 }],
    ["timeout-minutes", " 90 ", { timeoutMs: 5_400_000 }],
    ["timeout-minutes", "1440", { timeoutMs: 86_400_000 }],
    ["timeout-minutes", "0.000001", { timeoutMs: 1 }],
    ["start-timeout-minutes", "0", { startTimeoutMs: 0 }],
    ["start-timeout-minutes", "2.5", { startTimeoutMs: 150_000 }],
    ["poll-interval-seconds", "auto", { cadence: ACTION_CADENCE }],
    ["poll-interval-seconds", "0.1", { cadence: { kind: "fixed", everyMs: 100 } }],
    ["poll-interval-seconds", "3600", { cadence: { kind: "fixed", everyMs: 3_600_000 } }],
    ["request-timeout-seconds", "0.25", { requestTimeoutMs: 250 }],
    ["not-before", "any", { notBefore: "any" }],
    ["not-before", "2026-02-03T11:00:00+01:00", { notBefore: at("2026-02-03T10:00:00Z") }],
    ["api-version", "6.2-preview", { apiVersion: "6.2-preview" }],
    ["api-version", "10.0", { apiVersion: "10.0" }],
    ["max-requests-per-second", "0.1", { maxRequestsPerSecond: 0.1 }],
    ["max-requests-per-second", "1000", { maxRequestsPerSecond: 1_000 }],
    ["summary", "false", { summary: false }],
    ["summary", "TRUE", { summary: true }],
  ])("%s: %j", (input, text, part) => {
    expect(requested({ [input]: text })).toMatchObject(part);
  });

  test.each([
    ["commas", `${GUID},${OTHER}`],
    ["lines", `${GUID}\n${OTHER}\n`],
    ["both, of Windows, with gaps", `\r\n${GUID} ,\r\n\r\n , ${OTHER},`],
    ["repetitions in other spellings", `${GUID}\n{${GUID.toUpperCase()}},${OTHER}\n${OTHER}`],
  ])("lists are read by %s", (_, text) => {
    expect(requested({ "partition-id": text }).targets.partitionIds).toEqual([GUID, OTHER]);
  });

  test("one partition named ten thousand times, in whatever spelling, is one partition", () => {
    const text = `${GUID}\n`.repeat(10_000) + GUID.toUpperCase();
    expect(requested({ "partition-id": text }).targets.partitionIds).toEqual([GUID]);
  });

  test("an upper-case GUID is lowered: the cluster keys its records by the id as typed", () => {
    expect(requested({ "partition-id": GUID.toUpperCase() }).targets.partitionIds).toEqual([GUID]);
  });

  test("past restores say when to look, once there are enough of them; repetitions count", () => {
    const past = requested({ "past-restore-seconds": "600.5, 600.5\n612,,0" });
    expect(past.pastRestoresMs).toEqual([600_500, 600_500, 612_000, 0]);
    expect(past.cadence).toEqual(learnedCadence([600_500, 600_500, 612_000], ACTION_CADENCE));
    expect(past.cadence.kind).toBe("learned");
    for (const few of ["", "600", "600,600", "5,21600,60,1200"])
      expect(requested({ "past-restore-seconds": few }).cadence).toBe(ACTION_CADENCE);
  });

  test("endpoints are tried in the order given, each once", () => {
    const text = "https://b:19080\nhttp://a:19080/,https://B:19080/";
    const hrefs = requested({ "cluster-endpoint": text }).endpoints.map(({ href }) => href);
    expect(hrefs).toEqual(["https://b:19080/", "http://a:19080/"]);
  });
});

describe("bad inputs", () => {
  const numbers = ["-1", "NaN", "Infinity", "1e3", "abc", "0x10", "1,5", "5 min", "1.", "٣", "--1", "1_000"];
  const table: readonly (readonly [InputName, readonly string[]])[] = [
    [
      "cluster-endpoint",
      [
        "cluster.example:19080",
        "cluster.example",
        "https://",
        "ftp://cluster.example",
        "javascript:alert(1)",
        "https://cluster.example:99999",
        "https://cluster.example:19080/Explorer",
        "https://cluster.example:19080/?api-version=6.4",
        "https://cluster.example:19080/#here",
        "https://cluster.example:19080, nonsense",
        ",",
      ],
    ],
    ["partition-id", ["x", GUID.slice(1), `${GUID}, not-a-guid`, "fabric:/App/Service", ", ,"]],
    ["timeout-minutes", [...numbers, "0", "0.0", "1440.1", "1441", "9".repeat(400)]],
    ["start-timeout-minutes", [...numbers, "1441"]],
    ["poll-interval-seconds", [...numbers, "0", "0.09", "3601", "Auto"]],
    ["request-timeout-seconds", [...numbers, "0", "301"]],
    ["not-before", ["yesterday", "2026-02-03", "2026-02-03T10:00:00", "2026-02-30T10:00:00Z", "1770114030", "AUTO"]],
    [
      "api-version",
      ["latest", "v6.4", "6.4&timeout=0", "6.4.1.2", "6.4-beta", "../6.4", "6.4 "].map((text) => `${text}x`),
    ],
    ["max-requests-per-second", [...numbers, "0", "0.0", "0.09", "1000.1", "1001", "9".repeat(400)]],
    ["summary", ["yes", "1", "on", "truee"]],
    ["create-issue", ["yes", "0", "nope"]],
    ["report-path", ["a.json\nb.json", "a\u0000.json", "a\u001b[31m.json"]],
    ["junit-path", ["a.xml\r\nb.xml", "a\u0007.xml"]],
    ["expected-backup-id", ["latest", GUID.slice(1), `${GUID},${OTHER}`]],
    ["rto-minutes", [...numbers, "0", "10081"]],
    ["rpo-minutes", [...numbers, "0", "525601"]],
    ["health-check", ["Require", "yes", "require, report", "none"]],
    [
      "service-name",
      [
        "fabric:/App",
        "App/Svc",
        "fabric:/App//Svc",
        "fabric:/App/Svc?x",
        "fabric:/App/S vc",
        "fabric:/App/S\ud800",
        "https://a/b",
      ],
    ],
    ["application-name", ["fabric:/", "App", "fabric:/App#x", "fabric:/..", "fabric:/A%20B"]],
    ["client-certificate", ["not PEM"]],
    ["client-key", ["not PEM"]],
    ["client-pfx", ["not base64!"]],
    ["server-ca", ["not PEM"]],
    ["server-certificate-thumbprint", ["xyz", "ab:cd", `${"a".repeat(40)}, zz`]],
    ["server-common-name", ["?", "https://cluster"]],
    ["past-restore-seconds", ["-1", "NaN", "Infinity", "1e3", "abc", "5 min", "0x10", "604801", "60, 70; 80", "60,-3"]],
    ["access-token", ["two words"]],
    ["entra-tenant-id", ["not-a-guid !"]],
    ["entra-client-id", ["not-a-guid !"]],
  ];
  /** Any text is one. */
  const free: readonly InputName[] = ["client-pfx-password", "github-token"];

  test("every input is in the table, or any text will do for it", () => {
    const named = [...table.map(([input]) => input), ...free];
    expect(INPUT_NAMES.filter((name) => !named.includes(name))).toEqual([]);
  });

  test.each(table.flatMap(([input, texts]) => texts.map((text) => [input, text] as const)))(
    "%s: %j is refused, by the input's name, with the form it should have",
    (input, text) => {
      const problems = problemsOf({ [input]: text });
      expect(problems.map(([name]) => name)).toContain(input);
      const pair = ["client-", "entra-"].find((prefix) => input.startsWith(prefix)) ?? input;
      expect(problems.every(([name]) => name.startsWith(pair))).toBe(true);
      for (const [, message] of problems) expect(message).toMatch(/^(must |is required)/);
      for (const [, message] of problems) expect(message.length).toBeLessThan(600);
    },
  );

  test.each(["", "  "])("an endpoint and at least one target are required, and %j is none", (text) => {
    expect(problemsOf({ "cluster-endpoint": text })).toEqual([["cluster-endpoint", "is required"]]);
    expect(problemsOf({ "partition-id": text })).toEqual([
      ["partition-id", "is required, or service-name, or application-name"],
    ]);
    expect(problemsOf({ "partition-id": text, "service-name": "fabric:/App/Svc" })).toEqual([]);
    expect(problemsOf({ "partition-id": text, "application-name": "fabric:/App" })).toEqual([]);
  });

  test.each<readonly ["service-name" | "application-name", string]>([
    ["service-name", "fabric:/App"],
    ["service-name", "App/Svc"],
    ["service-name", "fabric:/App//Svc"],
    ["service-name", "fabric:/App/../Svc"],
    ["application-name", "fabric:/"],
    ["application-name", "fabric:/App?x=1"],
    ["application-name", "fabric:/A pp"],
    ["application-name", "https://cluster/App"],
  ])("%s is no name as %j", (input, text) => {
    expect(problemsOf({ [input]: text }).map(([name]) => name)).toEqual([input]);
  });

  test("all problems are reported together, each with the input's name", () => {
    const bad = Object.fromEntries(INPUT_NAMES.map((name) => [name, "?"]));
    // "?" is a file's name too, but not that of two files; everything else has a form that it does not have.
    const names = INPUT_NAMES.filter((name) => !free.includes(name) && name !== "report-path");
    expect([...new Set(problemsOf(bad).map(([name]) => name))].toSorted()).toEqual(names.toSorted());
    const parsed = parseDrillRequest(bad);
    const [headline, ...lines] = parsed.ok ? [] : describeProblems(parsed.problems);
    expect(headline).toContain(`${lines.length} bad inputs`);
    for (const name of names) expect(lines.some((line) => line.startsWith(`${name} must be`))).toBe(true);
  });

  test("one problem is one line, below the one that says that nothing was sent", () => {
    const parsed = parseDrillRequest({ ...GOOD, summary: "perhaps" });
    expect(!parsed.ok && describeProblems(parsed.problems)).toEqual([
      "1 bad input; nothing was sent to the cluster.",
      'summary must be true or false; got "perhaps"',
    ]);
  });

  test("a past and a fixed interval contradict each other", () => {
    expect(problemsOf({ "past-restore-seconds": "600", "poll-interval-seconds": "10" })).toEqual([
      ["past-restore-seconds", "cannot go together with a fixed poll-interval-seconds: leave that on `auto`"],
    ]);
    expect(problemsOf({ "past-restore-seconds": "x", "poll-interval-seconds": "x" })).toHaveLength(2);
  });

  test("a past that only grows is told so, once, and not repeated", () => {
    const thousand = Array.from({ length: 1_000 }, () => "600");
    expect(problemsOf({ "past-restore-seconds": thousand.join("\n") })).toEqual([]);
    expect(problemsOf({ "past-restore-seconds": [...thousand, "600"].join() })).toEqual([
      ["past-restore-seconds", "must be at most 1000 durations, of which the last 10 count; got 1001"],
    ]);
    const [, message = ""] = problemsOf({ "past-restore-seconds": thousand.map(() => "x".repeat(99)).join() })[0] ?? [];
    expect(message).toContain("and 997 more");
    expect(message.length).toBeLessThan(400);
  });

  test("every bad item of a list is named, but not hundreds of them", () => {
    const [, message] = problemsOf({ "partition-id": `x1, ${GUID}, x2` })[0] ?? [];
    expect(message).toContain('"x1"');
    expect(message).toContain('"x2"');
    const many = Array.from({ length: 300 }, (_, index) => `wrong-${index}`).join();
    const [, short = ""] = problemsOf({ "partition-id": many })[0] ?? [];
    expect(short.length).toBeLessThan(1_000);
    expect(short).toContain("295 more");
  });

  test.each([
    "https://ops:hunter2@cluster.example:19080",
    "https://hunter2@cluster.example:19080",
    "https://:hunter2@cluster.example:19080",
    "ftp://ops:hunter2@cluster.example",
    "https://cluster.example:19080, https://ops:hunter2@other.example:19080/path",
    "https://ops:hunter2@cluster.example:99999",
    "https://ops:hunter2@",
    "ops:hunter2@cluster.example:19080",
    "https://ops:hunter2,3@cluster.example:19080",
  ])("credentials in the URL are refused and never echoed: %s", (text) => {
    const parsed = parseDrillRequest({ ...GOOD, "cluster-endpoint": text });
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain("hunter2");
  });
});

test("whatever is typed, it is either read or reported, and never throws", () => {
  const typed = fc.oneof(fc.string(), fc.constantFrom("0", "1", "auto", "any", "true", GUID, "https://a", "é\n,"));
  const raw = fc.dictionary(fc.constantFrom(...INPUT_NAMES), typed);
  fc.assert(
    fc.property(raw, (inputs) => {
      const parsed = parseDrillRequest(inputs);
      expect(parsed.ok || parsed.problems.length > 0).toBe(true);
      if (!parsed.ok) return;
      const { timeoutMs, startTimeoutMs, requestTimeoutMs } = parsed.request;
      for (const ms of [timeoutMs, startTimeoutMs, requestTimeoutMs]) expect(Number.isSafeInteger(ms)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
