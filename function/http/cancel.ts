import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import type { Engine } from "../engine/engine.ts";
import { endingIfCalledOff } from "../engine/record-verification.ts";
import { settle } from "../engine/settle.ts";
import { type Log, tell, whatFailed } from "../events.ts";
import { inTurn } from "../in-turn.ts";
import { isVerificationId } from "../verification.ts";
import type { World } from "../world.ts";
import { refusal, standing } from "./answers.ts";

/**
 * `DELETE /api/verifications/{id}`: stops watching; the restore goes on in the cluster. The record first, then the engine: a verdict
 * that was reached before stands, and what an activity still reports afterwards finds the end on record.
 */
export async function cancelVerification(
  world: World,
  engine: Engine,
  request: HttpRequest,
  log: Log,
): Promise<HttpResponseInit> {
  const id = request.params["id"] ?? "";
  const verification = isVerificationId(id) ? await world.store.verifications.find(id) : undefined;
  if (verification === undefined) return refusal(404, "there is no such verification");
  if (verification.conclusion !== null) return standing(verification);
  const ending = await endingIfCalledOff(world, verification, "a request");
  const ended = await settle(world, verification, ending, "cancelVerification", log);
  tell(log, "verification.cancelled", { id, cluster: ended.cluster, verdict: ended.conclusion?.verdict ?? null });
  try {
    const batches = Array.from({ length: Math.max(1, ended.batches) }, (_, batch) => batch);
    await inTurn(batches, (batch) => engine.terminate(id, batch));
  } catch (error) {
    // The next look finds the end on record and stops by itself.
    tell(log, "verification.trouble", { id, doing: "terminate", error: whatFailed(error) });
  }
  return standing(ended);
}
