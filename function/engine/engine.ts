import { type DurableClient, OrchestrationRuntimeStatus } from "durable-functions";
import type { Instant } from "../../shared/index.ts";
import { firstInput, ORCHESTRATION } from "./wire.ts";
import { instanceOf } from "../verification.ts";

export type InstanceState = "missing" | "under-way" | "completed" | "failed" | "terminated";

/** As much of the durable client as is used, with its errors made into answers. */
export interface Engine {
  /** Starts the watching of a batch; that it runs already is fine. */
  start(id: string, batch: number): Promise<void>;
  state(id: string, batch: number): Promise<InstanceState>;
  /** That there is nothing to end is fine. */
  terminate(id: string, batch: number): Promise<void>;
  /** Forgets the history of what ended, of instances created before `before`. How many there were. */
  purge(before: Instant): Promise<number>;
}

const STATES: Readonly<Record<OrchestrationRuntimeStatus, InstanceState>> = {
  [OrchestrationRuntimeStatus.Running]: "under-way",
  [OrchestrationRuntimeStatus.Pending]: "under-way",
  [OrchestrationRuntimeStatus.ContinuedAsNew]: "under-way",
  [OrchestrationRuntimeStatus.Suspended]: "under-way",
  [OrchestrationRuntimeStatus.Completed]: "completed",
  [OrchestrationRuntimeStatus.Failed]: "failed",
  [OrchestrationRuntimeStatus.Canceled]: "terminated",
  [OrchestrationRuntimeStatus.Terminated]: "terminated",
};

const THE_BEGINNING = new Date(0);

export function durableEngine(client: DurableClient): Engine {
  const state = async (id: string, batch: number): Promise<InstanceState> => {
    try {
      const { runtimeStatus } = await client.getStatus(instanceOf(id, batch));
      return STATES[runtimeStatus];
    } catch (error) {
      // The client has no other word for "there is none" than its text.
      if (error instanceof Error && /HTTP 404/.test(error.message)) return "missing";
      throw error;
    }
  };
  return {
    state,
    async start(id, batch) {
      try {
        await client.startNew(ORCHESTRATION, { instanceId: instanceOf(id, batch), input: firstInput(id, batch) });
      } catch (error) {
        // That it exists is a 500 in some versions of the extension and a 409 in others: what counts is that it does.
        if ((await state(id, batch)) !== "under-way") throw error;
      }
    },
    async terminate(id, batch) {
      try {
        // The client does not encode the reason: one plain word.
        await client.terminate(instanceOf(id, batch), "cancelled");
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith("No instance with ID"))) throw error;
      }
    },
    async purge(before) {
      const ended = [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
      ];
      const { instancesDeleted } = await client.purgeInstanceHistoryBy({
        createdTimeFrom: THE_BEGINNING,
        createdTimeTo: new Date(before),
        runtimeStatus: ended,
      });
      return instancesDeleted;
    },
  };
}
