import {
  type ClusterGateway,
  GatewayError,
  later,
  metByOne,
  type NextLook,
  type World as Watching,
} from "../../shared/index.ts";
import type { Cluster } from "../cluster.ts";
import type { World } from "../world.ts";
import { watchingIn } from "./request-of.ts";
import { type TurnBudget, turnBudget } from "./turn-budget.ts";

/** Lists of services and partitions, every page paid for out of the cluster's budget. */
export interface BudgetedLists {
  readonly watching: Watching;
  leave(): Promise<void>;
}

const LIST: NextLook = { requests: 1, atOnce: 1, urgent: false, due: 1, all: 1 };
/** One more request of the same call. */
const PAGE: NextLook = { ...LIST, atOnce: 0 };
const TURN_MS = 60_000;

export function budgetedLists(world: World, cluster: Cluster, id: string, lookMs: number): BudgetedLists {
  const purse = openPurse(world, cluster, `${id}:lists`, lookMs);
  const watching = watchingIn(world, cluster);
  const { gateway } = watching;
  const paid =
    <T>(list: (...asked: Parameters<ClusterGateway["services"]>) => Promise<T>) =>
    async (...[name, look]: Parameters<ClusterGateway["services"]>): Promise<T> => {
      await purse.pay(LIST, look.signal);
      const further = async (): Promise<void> => {
        await purse.pay(PAGE, look.signal);
        purse.landed(PAGE, undefined);
      };
      try {
        const found = await list(name, { ...look, further });
        purse.landed(LIST, undefined);
        return found;
      } catch (error) {
        purse.landed(LIST, error);
        throw error;
      }
    };
  const services = paid((name, look) => gateway.services(name, look));
  const partitions = paid((name, look) => gateway.partitions(name, look));
  return { watching: { ...watching, gateway: { ...gateway, services, partitions } }, leave: () => purse.leave() };
}

interface Purse {
  /** Resolves when it may go out. */
  pay(what: NextLook, signal: AbortSignal): Promise<void>;
  landed(what: NextLook, error: unknown): void;
  leave(): Promise<void>;
}

function openPurse(world: World, cluster: Cluster, holder: string, lookMs: number): Purse {
  const { clock } = world;
  const open = (): TurnBudget =>
    turnBudget(world, cluster, { holder, stoodInLine: true, until: later(clock.now(), TURN_MS), lookMs });
  let budget = open();
  return {
    async pay(what, signal) {
      for (;;) {
        const permit = await budget.permit(what, signal);
        if (permit.kind === "go") return;
        // What it has just told somebody else it would tell us: it is borne as if it had.
        if (permit.kind === "known") throw GatewayError.of(permit.problem);
        const { waitUntil = clock.now() } = budget;
        await budget.leave();
        await clock.sleep(Math.max(1, waitUntil - clock.now()), signal);
        budget = open();
      }
    },
    landed(what, error) {
      const problem = error instanceof GatewayError ? error.toProblem() : undefined;
      budget.landed(what, { sent: 1, met: metByOne(problem) });
    },
    leave: () => budget.leave(),
  };
}
