import { registerApp } from "../../function/app.ts";
import type { ListQuestion } from "../../function/store/list.ts";
import type { Store } from "../../function/store/store.ts";
import type { Verification } from "../../function/verification.ts";
import { capture } from "../functions-host/core.ts";
import { FunctionsHost } from "../functions-host/host.ts";
import { configured, MORNING } from "../function/world.ts";
import { FakeClock } from "../simulator/clock.ts";

/** The Function app with nothing behind it: a store in memory that notes what is written, and clusters that must not be asked. */
export interface FuzzedApp {
  readonly host: FunctionsHost;
  readonly rows: ReadonlyMap<string, Verification>;
  /** Whatever is written, and whatever asks a cluster: `verifications.insert`. */
  readonly done: readonly string[];
  readonly sought: readonly string[];
  readonly questions: readonly ListQuestion[];
}

export const SECRET_ADDRESS = "gateway-of-the-fuzz.example.com";

export async function openApp(): Promise<FuzzedApp> {
  const rows = new Map<string, Verification>();
  const [done, sought, questions]: [string[], string[], ListQuestion[]] = [[], [], []];
  const noted = (what: string): Promise<never> => {
    done.push(what);
    return Promise.reject(new Error(`${what} of ${SECRET_ADDRESS}`));
  };
  const documents = {
    create: () => noted("create"),
    exists: () => Promise.resolve(false),
    read: (path: string) => (sought.push(path), Promise.resolve(undefined)),
    replace: () => noted("replace"),
    list: () => Promise.resolve([]),
    remove: () => noted("remove"),
  };
  const store: Store = {
    verifications: {
      find: (id) => (sought.push(id), Promise.resolve(rows.get(id))),
      insert(row) {
        done.push("insert");
        rows.set(row.id, row);
        return Promise.resolve("inserted");
      },
      resolved: () => noted("resolved"),
      batchEnded: () => noted("batchEnded"),
      endedBatches: () => Promise.resolve(new Set()),
      conclude: () => noted("conclude"),
    },
    work: {
      note: () => Promise.resolve(void done.push("note")),
      claim: () => noted("claim"),
      settled: () => noted("settled"),
      open: () => Promise.resolve([]),
    },
    lists: {
      enlist: () => Promise.resolve(void done.push("enlist")),
      page: (question) => (questions.push(question), Promise.resolve({ verifications: [] })),
    },
    budget: { claim: () => noted("claim"), leave: () => noted("leave") },
    series: { head: () => noted("head"), advance: () => noted("advance") },
    state: documents,
    records: documents,
    ping: () => Promise.resolve(),
  };
  const clock = new FakeClock(MORNING);
  let ids = 0;
  const world = {
    configuration: configured({ clusters: { demo: { endpoints: [`https://${SECRET_ADDRESS}:19080`] } } }),
    store,
    clock,
    gateway: () => {
      done.push("gateway");
      throw new Error("no cluster may be asked");
    },
    newId: () => (++ids).toString(16).padStart(32, "0"),
    newDice: () => 7,
  };
  const functions = capture(() => registerApp(() => world));
  return { host: await FunctionsHost.start({ functions, clock }), rows, done, sought, questions };
}
