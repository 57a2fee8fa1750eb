import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import type { Engine } from "../engine/engine.ts";
import { startVerification as begin } from "../engine/start.ts";
import { type Log, tell, whatFailed } from "../events.ts";
import { bodyFields, contentProblems, type FieldProblem, readRequest } from "../request.ts";
import { idOf } from "../verification.ts";
import type { World } from "../world.ts";
import { answer, ASK_AGAIN_SECONDS, location, refusal, standing } from "./answers.ts";
import { readBody } from "./read-body.ts";

/** `POST /api/verifications`. Quick: the cluster is not asked anything before the answer. */
export async function startVerification(
  world: World,
  engine: Engine,
  request: HttpRequest,
  log: Log,
): Promise<HttpResponseInit> {
  const read = await readBody(request);
  if (!read.ok) return refusal(read.status, read.why);
  const problems: FieldProblem[] = [];
  const fields = bodyFields(read.fields, (message) => void problems.push({ field: "body", message }));
  if (fields === undefined) {
    const everything = [...problems, ...contentProblems(read.fields, world.configuration.clusters)];
    return refusal(400, "the request cannot be read; nothing was started", everything);
  }
  const { body, idempotencyKey } = fields;
  const asked = readRequest(body, world.configuration.clusters);
  if (!asked.ok) {
    if (asked.unknownCluster) return refusal(404, "no such cluster is configured; nothing was started");
    return refusal(400, "the request cannot be read; nothing was started", asked.problems);
  }
  const id = idempotencyKey === undefined ? world.newId() : idOf("key", idempotencyKey);
  try {
    const { request: drill, notBefore } = asked;
    const started = await begin(world, engine, { id, body, plan: null, request: drill, notBefore });
    if (started.kind === "conflict") return refusal(422, "this idempotencyKey was used for another request");
    if (started.kind === "started") {
      tell(log, "verification.started", { id, cluster: body.cluster, plan: null, target: started.verification.target });
    }
    return standing(started.verification);
  } catch (error) {
    tell(log, "verification.trouble", { id, cluster: body.cluster, doing: "start", error: whatFailed(error) });
    const why = "the verification could not be started now; ask again with the same idempotencyKey";
    return answer(503, { error: why, id }, { Location: location(id), "Retry-After": String(ASK_AGAIN_SECONDS) });
  }
}
