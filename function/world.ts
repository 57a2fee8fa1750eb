import type { Clock, ClusterGateway } from "../shared/index.ts";
import type { Cluster } from "./cluster.ts";
import type { Configuration } from "./configuration.ts";
import type { Store } from "./store/store.ts";

/** Everything the functions touch that is not a value: the real one is built in `process-world.ts`, once a process. */
export interface World {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly clock: Clock;
  /** The client of a cluster; the same one each time, so that connections and tokens are kept. */
  readonly gateway: (cluster: Cluster) => ClusterGateway;
  /** 32 hexadecimal digits nobody can guess. */
  readonly newId: () => string;
  /** Any unsigned 32-bit integer. */
  readonly newDice: () => number;
}

/** The world, as late as the first call needs it: a function that cannot be configured must still load. */
export type Lazily<T> = () => T;
