import { beforeAll, expect, test } from "vitest";
import { registerApp } from "../../function/app.ts";
import { capture, type Registered } from "../functions-host/core.ts";
import { triggerOf } from "../functions-host/host.ts";

let functions: ReadonlyMap<string, Registered>;
beforeAll(() => {
  functions = capture(() =>
    registerApp(() => {
      throw new Error("nothing of the world is needed to register");
    }),
  );
});

test("every function of the app, as the host sees it", () => {
  const seen = [...functions].map(([name, { metadata }]) => {
    const trigger = triggerOf(metadata.bindings);
    const { type, authLevel = "-", route = trigger?.schedule ?? "-", methods = [] } = trigger ?? { type: "none" };
    const client = Object.values(metadata.bindings).some((binding) => binding.type === "durableClient");
    return [name, type, authLevel, [...methods, route].join(" "), client ? "client" : "-"].join(" | ");
  });
  expect(seen.toSorted()).toEqual([
    "cancelVerification | httpTrigger | function | DELETE verifications/{id} | client",
    "getRecord | httpTrigger | function | GET verifications/{id}/record | -",
    "getReport | httpTrigger | function | GET report | -",
    "getVerification | httpTrigger | function | GET verifications/{id} | -",
    "health | httpTrigger | anonymous | GET health | -",
    "housekeeping | timerTrigger | - | 0 30 * * * * | client",
    "listVerifications | httpTrigger | function | GET verifications | -",
    "pollRestoreProgress | activityTrigger | - | - | client",
    "recordVerification | activityTrigger | - | - | client",
    "resolveScope | activityTrigger | - | - | client",
    "scheduledVerification | timerTrigger | - | %VERIFICATION_SCHEDULE% | client",
    "startVerification | httpTrigger | function | POST verifications | client",
    "verifyRestore | orchestrationTrigger | - | - | -",
  ]);
});

test("timers keep a monitor and do not run at every start; the schedule is tried again", () => {
  for (const name of ["scheduledVerification", "housekeeping"]) {
    expect(triggerOf(functions.get(name)?.metadata.bindings ?? {})).toMatchObject({
      useMonitor: true,
      runOnStartup: false,
    });
  }
  expect(functions.get("scheduledVerification")?.metadata.retryOptions).toMatchObject({ maxRetryCount: 3 });
});

test("an app that cannot be configured loads, says that it is not well, and no more", async () => {
  const { FunctionsHost } = await import("../functions-host/host.ts");
  const { systemClock } = await import("../../shared/clock.ts");
  await using host = await FunctionsHost.start({ functions, clock: systemClock });
  const health = await host.request({ method: "GET", path: "/api/health" });
  expect([health.status, health.body]).toEqual([503, "not ok"]);
  const list = await host.request({ method: "GET", path: "/api/verifications" });
  expect(list.status).toBe(503);
  expect(list.body).not.toContain("world");
});
