import type { Clock } from "../clock.ts";
import type { ClusterGateway, LookBudget } from "../cluster-gateway.ts";
import { type Budget, type Grant, grant, openBudget, type Outcome, settle, spend, type Wish } from "./budget.ts";

/** The budget of one process towards one cluster. Everything that is sent to it goes through here. */
export interface Pace {
  readonly budget: Budget;
  /** Takes what is wished for out of the budget, or tells when to ask again. */
  ask(wish: Wish): Grant;
  /** Before a request that was granted as a following one. */
  spend(): void;
  settle(granted: Pick<Wish, "atOnce" | "following">, outcome: Outcome): void;
  /** Resolves once one more request may go out; where the signal aborts, at once: what follows will notice. */
  one(signal: AbortSignal): Promise<void>;
}

const ONE: Wish = { following: 0, atOnce: 0, urgent: true };

export function openPace(perSecond: number, clock: Clock): Pace {
  let budget = openBudget(perSecond, clock.now());
  const ask = (wish: Wish): Grant => {
    const answer = grant(budget, wish, clock.now());
    if (answer.granted) ({ budget } = answer);
    return answer;
  };
  return {
    get budget() {
      return budget;
    },
    ask,
    spend() {
      budget = spend(budget, clock.now());
    },
    settle(granted, outcome) {
      budget = settle(budget, granted, outcome, clock.now());
    },
    async one(signal) {
      for (let answer = ask(ONE); !answer.granted && !signal.aborted; answer = ask(ONE)) {
        await clock.sleep(answer.at === undefined ? RETRY_MS : answer.at - clock.now(), signal);
      }
    },
  };
}

/** Where all there is is held for looks under way, which will be over soon. */
const RETRY_MS = 100;

/** What a look may spend: its first request is paid for, those it was granted are only announced, more must be waited for. */
export function openPurse(
  pace: Pace,
  following: number,
): { readonly pay: (signal: AbortSignal) => Promise<void>; readonly left: () => number } {
  let [isFirst, left] = [true, following];
  return {
    left: () => left,
    async pay(signal) {
      if (isFirst) {
        isFirst = false;
      } else if (left > 0) {
        left -= 1;
        pace.spend();
      } else {
        await pace.one(signal);
      }
    },
  };
}

/** The cluster with every request paid for: each call by its first one, and by every further one of its own making. */
export function paying(gateway: ClusterGateway, pay: (signal: AbortSignal) => Promise<void>): ClusterGateway {
  const paid =
    <K, T>(call: (key: K, look: LookBudget) => Promise<T>) =>
    async (key: K, look: LookBudget): Promise<T> => {
      await pay(look.signal);
      return call(key, { ...look, further: () => pay(look.signal) });
    };
  return {
    restoreProgress: paid((id, look) => gateway.restoreProgress(id, look)),
    partitionInfo: paid((id, look) => gateway.partitionInfo(id, look)),
    restoreHealthEvent: paid((id, look) => gateway.restoreHealthEvent(id, look)),
    serviceName: paid((id, look) => gateway.serviceName(id, look)),
    partitions: paid((name, look) => gateway.partitions(name, look)),
    services: paid((name, look) => gateway.services(name, look)),
    backups: paid((id, look) => gateway.backups(id, look)),
  };
}
