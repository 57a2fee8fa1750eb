import { type Instant, later } from "../../shared/restore/instant.ts";
import type { SimulatedPartition } from "../simulator/inventory.ts";
import { noContent, partitionNotFound } from "../simulator/replies.ts";
import {
  accepted,
  ended,
  inTurn,
  nothing,
  restoring,
  type Shows,
  succeeded,
  type Timeline,
} from "../simulator/timeline.ts";
import { appears } from "./front.ts";
import {
  CLEAN,
  endingIn,
  failed,
  ID,
  inconclusive,
  lastMonths,
  minutes,
  OTHER_ID,
  PASSED,
  type Scene,
  type Trap,
} from "./trap.ts";
import { replies } from "./trap.ts";

const SERVICE = "fabric:/DemoApp/DemoSvc";
const ORDERS = "fabric:/DemoApp/Orders";
const WEB = { name: "fabric:/DemoApp/Web", kind: "Stateless" } as const;
const CACHE = { name: "fabric:/DemoApp/Cache", hasPersistedState: false } as const;

const BY_SERVICE = { "partition-id": "", "service-name": SERVICE };
const BY_APPLICATION = { "partition-id": "", "application-name": "fabric:/DemoApp" };
const FAILING = endingIn(ended("Failure"));

/** Long enough for another one to appear meanwhile, also to a watcher that takes a second to start. */
const SLOWER = inTurn([accepted(), 200], [restoring(), 1_400], [succeeded()]);
const PATIENT = { ...BY_SERVICE, "timeout-minutes": minutes(3.5) };

/** Together from the start on: who waits for one after the other must not find the second one waiting for him. */
function together(timeline: Timeline): Timeline {
  return { ...timeline, origin: "cluster-start" };
}

const one = (timeline: Timeline, service = SERVICE): SimulatedPartition => ({ id: ID, timeline, service });
const other = (timeline: Timeline, service = SERVICE): SimulatedPartition => ({ id: OTHER_ID, timeline, service });

/** So many partitions of one service, of which the last fares otherwise. */
function many(count: number, last: Timeline): readonly SimulatedPartition[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `00000000-0000-4000-8000-0000000000${index + 10}`,
    timeline: index === count - 1 ? last : CLEAN,
    service: SERVICE,
  }));
}

interface More extends Omit<Partial<Scene>, "cluster"> {
  readonly cluster?: Omit<Scene["cluster"], "partitions">;
}

function scope(partitions: readonly SimulatedPartition[], { cluster, ...more }: More = {}): Scene {
  const running = partitions.map((partition) => ({ ...partition, timeline: together(partition.timeline) }));
  return { inputs: BY_SERVICE, ...more, cluster: { partitions: running, ...cluster } };
}

/** What is asked about first, then what whoever asks about the partition itself meets from then on. */
function vanishing(afterMs: number): SimulatedPartition {
  const gone: Shows = replies(noContent);
  return { ...one(inTurn([accepted(), afterMs], [partitionNotFound])), spells: [{ fromMs: afterMs, instead: gone }] };
}

const oldOf = (now: Instant): Timeline => inTurn([lastMonths(later(now, -1))]);

/** More than one partition: the worst decides, and none may be forgotten. */
export const SCOPES: readonly Trap[] = [
  {
    name: "a service, both partitions restored",
    why: "All of them, not the first of them.",
    expect: PASSED,
    scene: () => scope([one(CLEAN), other(endingIn(accepted(), succeeded()))]),
  },
  {
    name: "a service, one partition fails",
    why: "One is enough.",
    expect: failed("restore-failed"),
    scene: () => scope([one(CLEAN), other(FAILING)]),
  },
  {
    name: "a service, one partition never restored",
    why: "Somebody forgot to restore it: nothing to see is not green.",
    expect: inconclusive("no-restore"),
    scene: () => scope([one(CLEAN), other(inTurn([nothing]))]),
  },
  {
    name: "a service, one partition has last month's success",
    why: "The same, and it even says Success.",
    expect: inconclusive("stale"),
    scene: (now) => scope([one(CLEAN), other(oldOf(now))]),
  },
  {
    name: "one fails, one was never restored",
    why: "Failed is worse than inconclusive.",
    expect: failed("restore-failed"),
    scene: () => scope([one(inTurn([nothing])), other(FAILING)]),
  },
  {
    name: "seven partitions in pages of three",
    why: "Lists come in pages.",
    expect: PASSED,
    scene: () => scope(many(7, CLEAN), { cluster: { paging: { size: 3 } } }),
  },
  {
    name: "seven partitions in pages of three, the last one fails",
    why: "Who reads the first page only never meets it.",
    expect: failed("restore-failed"),
    scene: () => scope(many(7, FAILING), { cluster: { paging: { size: 3 } } }),
  },
  {
    name: "an application of two services",
    why: "All partitions of all its services.",
    expect: PASSED,
    scene: () => scope([one(CLEAN), other(CLEAN, ORDERS)], { inputs: BY_APPLICATION }),
  },
  {
    name: "an application, the second service fails",
    why: "The first one's green is not the application's.",
    expect: failed("restore-failed"),
    scene: () => scope([one(CLEAN), other(FAILING, ORDERS)], { inputs: BY_APPLICATION }),
  },
  {
    name: "an application with stateless and volatile services",
    why: "They have nothing to restore: skipped, and said to be.",
    expect: PASSED,
    scene: () =>
      scope([one(CLEAN), other(inTurn([nothing]), WEB.name)], {
        inputs: BY_APPLICATION,
        cluster: { services: [WEB, CACHE] },
      }),
  },
  {
    name: "an application of stateless services only",
    why: "Nothing found is no pass: an empty loop ends green.",
    expect: inconclusive("partition-not-found"),
    scene: () => scope([other(inTurn([nothing]), WEB.name)], { inputs: BY_APPLICATION, cluster: { services: [WEB] } }),
  },
  {
    name: "a stateless service by name",
    why: "The same for one that was named.",
    expect: inconclusive("partition-not-found"),
    scene: () =>
      scope([other(inTurn([nothing]), WEB.name)], {
        inputs: { "partition-id": "", "service-name": WEB.name },
        cluster: { services: [WEB] },
      }),
  },
  {
    name: "a service that does not exist",
    why: "A typing error must not be green.",
    expect: inconclusive("partition-not-found"),
    scene: () => scope([one(CLEAN)], { inputs: { "partition-id": "", "service-name": "fabric:/DemoApp/Typo" } }),
  },
  {
    name: "an application that does not exist",
    why: "Nor here.",
    expect: inconclusive("partition-not-found"),
    scene: () => scope([one(CLEAN)], { inputs: { "partition-id": "", "application-name": "fabric:/Typo" } }),
  },
  {
    name: "a partition and its service",
    why: "Named twice, watched once.",
    expect: PASSED,
    scene: () => scope([one(CLEAN), other(CLEAN)], { inputs: { "partition-id": ID, "service-name": SERVICE } }),
  },
  {
    name: "a partition and another service, which fails",
    why: "Mixed targets are one verification.",
    expect: failed("restore-failed"),
    scene: () =>
      scope([one(CLEAN), other(FAILING, ORDERS)], { inputs: { "partition-id": ID, "service-name": ORDERS } }),
  },
  {
    name: "two partitions by id, one unknown",
    why: "The other one's green does not make up for it.",
    expect: inconclusive("partition-not-found"),
    scene: () => scope([one(CLEAN)], { inputs: { "partition-id": `${ID}\n${OTHER_ID}` } }),
  },
  {
    name: "a partition vanishes on the way",
    why: "Repartitioned or deleted while it was watched.",
    expect: inconclusive("partition-not-found"),
    scene: () => scope([vanishing(400), other(CLEAN)]),
  },
  {
    name: "a partition appears on the way, and is restored",
    why: "It was not in the list at first; it is watched too.",
    expect: PASSED,
    scene: () => scope([one(SLOWER), other(CLEAN)], { front: appears(OTHER_ID, 1_100), inputs: PATIENT }),
  },
  {
    name: "a partition appears on the way, and fails",
    why: "Who lists once never meets it.",
    expect: failed("restore-failed"),
    scene: () => scope([one(SLOWER), other(FAILING)], { front: appears(OTHER_ID, 1_100), inputs: PATIENT }),
  },
];
