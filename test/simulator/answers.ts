import type { Caller, Role } from "./access.ts";
import { NEVER_RESTORED, restoreBody } from "./bodies.ts";
import type { SimulatedCluster } from "./cluster.ts";
import { progressReply } from "./replies.ts";
import type { RawReply, Refusal, Shown } from "./timeline.ts";

/** What the server does with a request. */
export type Answer =
  | { readonly kind: "reply"; readonly reply: RawReply }
  | { readonly kind: "reset" | "hang" }
  | { readonly kind: "drip"; readonly everyMs: number }
  | { readonly kind: "cut"; readonly reply: RawReply; readonly missing: number }
  | { readonly kind: "slow"; readonly delayMs: number; readonly answer: Answer };

export interface Asked extends Caller {
  readonly method: string;
  /** Path and query, as they stand in the request line. */
  readonly target: string;
  readonly body: string;
}

/** A request that was let in, taken apart. */
export interface Admitted {
  readonly role: Role;
  readonly method: string;
  readonly path: string;
  readonly params: URLSearchParams;
  readonly body: string;
}

/** What looks like an answer to a look, as an answer to a request. */
export function toAnswer(cluster: SimulatedCluster, shown: Shown): Answer {
  switch (shown.kind) {
    case "nothing":
      return { kind: "reply", reply: progressReply(NEVER_RESTORED) };
    case "restore":
      return { kind: "reply", reply: progressReply(restoreBody(shown.restore, cluster.dialect)) };
    case "refusal":
      return refuse(shown);
    case "slow":
      return { kind: "slow", delayMs: shown.delayMs, answer: toAnswer(cluster, shown.shows) };
    case "reset":
    case "hang":
      return { kind: shown.kind };
    case "drip":
    case "cut":
      return shown;
    default:
      return shown satisfies never;
  }
}

export function refuse({ reply }: Refusal): Answer {
  return { kind: "reply", reply };
}

/** Once, as the gateway does it; what is no percent-encoding stays as it is. */
export function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
