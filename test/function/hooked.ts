import type { Store } from "../../function/store/store.ts";

/** What to do around a call of the store: `verifications.find`. */
export interface Hook {
  readonly before?: (call: string) => Promise<unknown>;
  readonly after?: (call: string) => Promise<unknown>;
}

/** The store with something happening before or after each of its calls: a worker that dies, an account that does not answer, a race. */
export function hooked(store: Store, hook: Hook): Store {
  const group = <T extends object>(name: string, calls: T): T =>
    new Proxy(calls, {
      get(target, key) {
        const call: unknown = Reflect.get(target, key);
        if (typeof call !== "function") return call;
        return async (...given: unknown[]): Promise<unknown> => {
          await hook.before?.(`${name}.${String(key)}`);
          const result: unknown = await Reflect.apply(call, target, given);
          await hook.after?.(`${name}.${String(key)}`);
          return result;
        };
      },
    });
  return {
    ...store,
    verifications: group("verifications", store.verifications),
    work: group("work", store.work),
    lists: group("lists", store.lists),
    budget: group("budget", store.budget),
    series: group("series", store.series),
    state: group("state", store.state),
    records: group("records", store.records),
  };
}
