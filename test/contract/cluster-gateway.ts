import { afterEach, describe } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import type { ClusterGateway } from "../../shared/cluster-gateway.ts";
import { type ClusterOptions, SimulatedCluster } from "../simulator/cluster.ts";
import { inTurn, type Shows } from "../simulator/timeline.ts";
import { describeAnswers } from "./answers.ts";
import { AMPLE_MS, type Facing, ID } from "./face.ts";
import { describeAborts, describeTime } from "./patience.ts";
import { describeRefusals } from "./refusals.ts";
import { describeWitnesses } from "./witnesses.ts";

export interface OpenGateway extends AsyncDisposable {
  readonly gateway: ClusterGateway;
}

/** What every implementation of the port must do, said once. `openGateway` puts one in front of a simulated cluster. */
export function describeClusterGateway(
  name: string,
  openGateway: (cluster: SimulatedCluster) => Promise<OpenGateway>,
): void {
  describe(`The cluster gateway: ${name}`, () => {
    const opened: AsyncDisposable[] = [];
    afterEach(async () => {
      for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
    });

    async function facing(shows: Shows, options: Partial<ClusterOptions> = {}): Promise<Facing> {
      const partitions = [{ id: ID, timeline: inTurn([shows]) }];
      const cluster = new SimulatedCluster({ clock: systemClock, partitions, ...options });
      const one = await openGateway(cluster);
      opened.push(one);
      return {
        cluster,
        gateway: one.gateway,
        look: ({ budgetMs = AMPLE_MS, signal = new AbortController().signal, id = ID } = {}) =>
          one.gateway.restoreProgress(id, { budgetMs, signal }),
      };
    }

    describeAnswers(facing);
    describeRefusals(facing);
    describeTime(facing);
    describeAborts(facing);
    describeWitnesses(facing);
  });
}
