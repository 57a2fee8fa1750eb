/*
 * The p-wait-for loop, as its users write it: a condition over `fetch`, an interval and a timeout. Whatever the condition throws ends
 * it: a body that is no JSON, or `null`.
 */
import { conclude, defaultOf, isSuccess, type Listed, load, told } from "./peer.ts";

type PWaitFor = (
  condition: () => Promise<boolean>,
  options: { readonly interval: number; readonly timeout: number },
) => Promise<void>;

const pWaitFor = defaultOf(await load("p-wait-for"));
if (!isPWaitFor(pWaitFor)) throw new TypeError("p-wait-for is not what it was");
const waitFor = pWaitFor;

function isPWaitFor(value: unknown): value is PWaitFor {
  return typeof value === "function";
}

/** A user takes the reply for what the reference says it is. */
function isWhatItShouldBe<T>(_body: unknown): _body is T {
  return true;
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${told.endpoint}${path}?api-version=6.4`);
  const body: unknown = await response.json();
  if (!isWhatItShouldBe<T>(body)) throw new TypeError("never");
  return body;
}

const services = [...told.services];
for (const application of told.applications) {
  const { Items } = await get<Listed>(`/Applications/${application}/$/GetServices`);
  services.push(...Items.filter((item) => item.HasPersistedState === true).map((item) => item.Id));
}
const ids = [...told.partitions];
for (const service of services) {
  const { Items } = await get<Listed>(`/Services/${service}/$/GetPartitions`);
  ids.push(...Items.filter((item) => item.ServiceKind === "Stateful").map((item) => item.PartitionInformation.Id));
}

await conclude(ids, (id) =>
  waitFor(
    async () => {
      const progress = await get<{ readonly RestoreState?: string }>(`/Partitions/${id}/$/GetRestoreProgress`);
      return isSuccess(progress.RestoreState);
    },
    { interval: 100, timeout: told.limitMs },
  ),
);
