/*
 * The p-wait-for loop, as its users write it: a condition over `fetch`, an interval and a timeout. Whatever the condition throws ends
 * it: a body that is no JSON, or `null`.
 */
import { conclude, defaultOf, isSuccess, load, told } from "./peer.ts";

type PWaitFor = (
  condition: () => Promise<boolean>,
  options: { readonly interval: number; readonly timeout: number },
) => Promise<void>;

interface Answer {
  readonly RestoreState?: string;
  readonly Items: readonly {
    readonly Id: string;
    readonly HasPersistedState?: boolean;
    readonly ServiceKind: string;
    readonly PartitionInformation: { readonly Id: string };
  }[];
}

const pWaitFor = defaultOf(await load("p-wait-for"));
if (!isPWaitFor(pWaitFor)) throw new TypeError("p-wait-for is not what it was");
const waitFor = pWaitFor;

function isPWaitFor(value: unknown): value is PWaitFor {
  return typeof value === "function";
}

async function get(path: string): Promise<Answer> {
  const response = await fetch(`${told.endpoint}${path}?api-version=6.4`);
  const body: unknown = await response.json();
  if (!isAnswer(body)) throw new TypeError(`${path} is answered with ${String(body)}`);
  return body;
}

/** `null` has no properties; beyond that a user takes the reply for what the reference says it is. */
function isAnswer(body: unknown): body is Answer {
  return body !== null;
}

const services = [...told.services];
for (const application of told.applications) {
  const { Items } = await get(`/Applications/${application}/$/GetServices`);
  services.push(...Items.filter((item) => item.HasPersistedState === true).map((item) => item.Id));
}
const ids = [...told.partitions];
for (const service of services) {
  const { Items } = await get(`/Services/${service}/$/GetPartitions`);
  ids.push(...Items.filter((item) => item.ServiceKind === "Stateful").map((item) => item.PartitionInformation.Id));
}

await conclude(ids, (id) =>
  waitFor(
    async () => {
      const { RestoreState } = await get(`/Partitions/${id}/$/GetRestoreProgress`);
      return isSuccess(RestoreState);
    },
    { interval: 100, timeout: told.limitMs },
  ),
);
