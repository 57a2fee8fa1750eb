import type { Clock } from "../../shared/clock.ts";
import { type ClusterGateway, GatewayError, type LookBudget } from "../../shared/cluster-gateway.ts";
import type { Damage } from "./weather.ts";
import type { Spoiler } from "./spoil.ts";

/** What the gate does to bytes, done to calls: for the shells on virtual time, which have no wire. */
export interface SpoiltGateway {
  readonly gateway: ClusterGateway;
  /** Calls that the cluster never saw. */
  readonly turnedAway: () => number;
}

export interface SpoiltOptions {
  readonly spoiler: Spoiler;
  readonly gateways: number;
  readonly clock: Clock;
  readonly stallMs: number;
}

export function spoiltGateway(inner: ClusterGateway, options: SpoiltOptions): SpoiltGateway {
  const { spoiler, gateways, clock, stallMs } = options;
  let turnedAway = 0;
  let preferred = 0;
  /** As the client does: the gateway that answered last, then the other one. */
  const reach = async (look: LookBudget): Promise<void> => {
    let at = preferred;
    for (let attempt = 1; ; attempt++) {
      const blockade = spoiler.blockade(at);
      if (blockade === undefined) return void (preferred = at);
      turnedAway += 1;
      if (blockade === "silent") await clock.sleep(look.budgetMs, look.signal);
      if (blockade === "stranger") throw new GatewayError("untrusted-server", "a stranger's certificate");
      const failed = at;
      at = (at + 1) % gateways;
      if (preferred === failed) preferred = at;
      if (attempt === gateways || blockade === "silent") throw new GatewayError(...faultOf(blockade));
    }
  };
  const call = async <T>(look: LookBudget, ask: () => Promise<T>): Promise<T> => {
    await reach(look);
    const damage = spoiler.answer();
    const answer = await ask();
    if (damage === undefined) return answer;
    if (damage === "reset" || damage === "halved") throw new GatewayError("unreachable", "ECONNRESET");
    await clock.sleep(stallMs, look.signal);
    return answer;
  };
  const gateway: ClusterGateway = {
    restoreProgress: (id, look) => call(look, () => inner.restoreProgress(id, look)),
    partitionInfo: (id, look) => call(look, () => inner.partitionInfo(id, look)),
    restoreHealthEvent: (id, look) => call(look, () => inner.restoreHealthEvent(id, look)),
    serviceName: (id, look) => call(look, () => inner.serviceName(id, look)),
    partitions: (name, look) => call(look, () => inner.partitions(name, look)),
    services: (name, look) => call(look, () => inner.services(name, look)),
    backups: (id, look) => call(look, () => inner.backups(id, look)),
  };
  return { gateway, turnedAway: () => turnedAway };
}

function faultOf(damage: Damage): ["timed-out" | "unreachable", string] {
  return damage === "silent" ? ["timed-out", "no answer"] : ["unreachable", "ECONNREFUSED"];
}
