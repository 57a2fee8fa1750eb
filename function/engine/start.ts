import canonicalize from "canonicalize";
import { createHash } from "node:crypto";
import { type DrillRequest, later } from "../../shared/index.ts";
import { type NotBefore, type RequestBody, resolveNotBefore } from "../request.ts";
import { labelOf, type Verification } from "../verification.ts";
import type { World } from "../world.ts";
import type { Engine } from "./engine.ts";
import { enlistOpen } from "./enlist-open.ts";

/** What is to be verified, with the id that makes it one verification however often it is asked for. */
export interface Wanted {
  readonly id: string;
  readonly body: RequestBody;
  readonly plan: string | null;
  readonly request: DrillRequest;
  readonly notBefore: NotBefore;
}

export type Started =
  | { readonly kind: "started" | "known"; readonly verification: Verification }
  /** The same id was asked for with another body. */
  | { readonly kind: "conflict" };

/**
 * The row first, then the engine: whatever breaks in between, housekeeping finds the row and starts again. Asked twice it is one
 * verification; one that has concluded is never started again.
 */
export async function startVerification(world: World, engine: Engine, wanted: Wanted): Promise<Started> {
  const { store } = world;
  const known = await store.verifications.find(wanted.id);
  if (known !== undefined) return goOn(engine, known, wanted);
  const verification = planned(world, wanted);
  await store.work.note(wanted.id, verification.startedAt);
  if ((await store.verifications.insert(verification)) === "exists") {
    const other = await store.verifications.find(wanted.id);
    if (other === undefined) throw new TypeError(`verification ${wanted.id} is there and is not`);
    return goOn(engine, other, wanted);
  }
  await enlistOpen(store, verification, []);
  await engine.start(wanted.id, 0);
  return { kind: "started", verification };
}

/** Starting again what runs is harmless, and heals a start that broke half-way. */
async function goOn(engine: Engine, known: Verification, { body }: Wanted): Promise<Started> {
  if (known.bodyHash !== hashOf(body)) return { kind: "conflict" };
  if (known.conclusion === null && known.batches === 0) await engine.start(known.id, 0);
  return { kind: "known", verification: known };
}

function planned({ clock }: World, { id, body, plan, request, notBefore }: Wanted): Verification {
  const startedAt = clock.now();
  const { at, source } = resolveNotBefore(notBefore, startedAt);
  return {
    id,
    bodyHash: hashOf(body),
    body,
    cluster: body.cluster,
    plan,
    target: labelOf(request.targets),
    startedAt,
    deadline: later(startedAt, request.timeoutMs),
    notBefore: at,
    notBeforeSource: plan === null ? source : `plan ${plan}`,
    rtoSeconds: request.rtoMs === null ? null : request.rtoMs / 1_000,
    batches: 0,
    partitionCount: 0,
    conclusion: null,
  };
}

/** Of what was asked for, however its JSON was written (RFC 8785). */
function hashOf(body: RequestBody): string {
  return createHash("sha256")
    .update(canonicalize(body) ?? "", "utf8")
    .digest("hex");
}
