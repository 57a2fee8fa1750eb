import {
  app,
  type HttpHandler,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from "@azure/functions";
import * as df from "durable-functions";
import { type Engine, durableEngine } from "./engine/engine.ts";
import { pollRestoreProgress } from "./engine/poll-restore-progress.ts";
import { recordVerification } from "./engine/record-verification.ts";
import { resolveScope } from "./engine/resolve-scope.ts";
import { verifyRestore } from "./engine/verify-restore.ts";
import { type ActivityName, type Answer, ORCHESTRATION, readTask, type Task } from "./engine/wire.ts";
import { type Log, tell, whatFailed } from "./events.ts";
import { refusal } from "./http/answers.ts";
import { cancelVerification } from "./http/cancel.ts";
import { health } from "./http/health.ts";
import { listVerifications } from "./http/list.ts";
import { getReport } from "./http/report.ts";
import { startVerification } from "./http/start.ts";
import { getRecord, getVerification } from "./http/status.ts";
import { housekeeping } from "./timer/housekeeping.ts";
import { scheduledVerification } from "./timer/scheduled.ts";
import type { Lazily, World } from "./world.ts";

/** Registers every function, each with its auth level. `world` is made by the first call that needs it. */
export function registerApp(world: Lazily<World>): void {
  registerHttp(world);
  registerTimers(world);
  registerEngine(world);
}

type Handle = (world: World, engine: Engine, request: HttpRequest, log: Log) => Promise<HttpResponseInit>;

function registerHttp(world: Lazily<World>): void {
  const collection = "verifications";
  const one = `${collection}/{id}`;
  withEngine("startVerification", "POST", collection, world, startVerification);
  withEngine("cancelVerification", "DELETE", one, world, cancelVerification);
  reading("getVerification", one, (request) => getVerification(world(), request));
  reading("getRecord", `${one}/record`, (request) => getRecord(world(), request));
  reading("listVerifications", collection, (request) => listVerifications(world(), request));
  reading("getReport", "report", (request) => getReport(world(), request));
  app.http("health", { methods: ["GET"], route: "health", authLevel: "anonymous", handler: () => health(world) });
}

function withEngine(name: string, method: HttpMethod, route: string, world: Lazily<World>, handle: Handle): void {
  df.app.client.http(name, {
    methods: [method],
    route,
    authLevel: "function",
    handler: (request, client, context) =>
      guarded(context, () => handle(world(), durableEngine(client), request, context)),
  });
}

function reading(name: string, route: string, handle: (request: HttpRequest) => Promise<HttpResponseInit>): void {
  const handler: HttpHandler = (request, context) => guarded(context, () => handle(request));
  app.http(name, { methods: ["GET"], route, authLevel: "function", handler });
}

/** Whatever breaks is told in the log and nowhere else: no stack and no address reaches a caller. */
async function guarded(context: InvocationContext, answer: () => Promise<HttpResponseInit>): Promise<HttpResponseInit> {
  try {
    return await answer();
  } catch (error) {
    tell(context, "verification.trouble", { doing: context.functionName, error: whatFailed(error) });
    return { ...refusal(503, "the app cannot answer now; ask again"), headers: { "Retry-After": "15" } };
  }
}

/** Seconds, minutes, hours, days, months, days of the week; UTC. */
const HOURLY = "0 30 * * * *";

function registerTimers(world: Lazily<World>): void {
  df.app.client.timer("scheduledVerification", {
    schedule: "%VERIFICATION_SCHEDULE%",
    useMonitor: true,
    runOnStartup: false,
    retry: { strategy: "fixedDelay", maxRetryCount: 3, delayInterval: { seconds: 30 } },
    handler: (timer, client, context) => scheduledVerification(world(), durableEngine(client), timer, context),
  });
  df.app.client.timer("housekeeping", {
    schedule: HOURLY,
    useMonitor: true,
    runOnStartup: false,
    handler: (_timer, client, context) => housekeeping(world(), durableEngine(client), context),
  });
}

function registerEngine(world: Lazily<World>): void {
  df.app.orchestration(ORCHESTRATION, verifyRestore);
  activity("pollRestoreProgress", (_engine, task, log) => pollRestoreProgress(world(), task, log));
  activity("resolveScope", (engine, task, log) => resolveScope(world(), engine(), task, log));
  activity("recordVerification", (engine, task, log) => recordVerification(world(), engine(), task, log));
}

type RunActivity = (engine: () => Engine, task: Task, log: Log) => Promise<Answer>;

function activity(name: ActivityName, run: RunActivity): void {
  df.app.activity(name, {
    // An activity may start further instances: no sub-orchestrations, and none of theirs to lose.
    extraInputs: [df.input.durableClient()],
    handler: async (input: unknown, context: InvocationContext): Promise<Answer> => {
      const task = readTask(input);
      try {
        return await run(() => durableEngine(df.getClient(context)), task, context);
      } catch (error) {
        // The store, as a rule: borne for as long as it takes, the state waits there. Housekeeping tells when it takes too long.
        const { id, batch } = task;
        tell(context, "verification.trouble", { id, batch, doing: name, error: whatFailed(error) });
        return { finished: false, call: name, waitMs: AFTER_TROUBLE_MS };
      }
    },
  });
}

const AFTER_TROUBLE_MS = 60_000;
