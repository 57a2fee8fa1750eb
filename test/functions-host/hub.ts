import { AsyncLocalStorage } from "node:async_hooks";
import { type Instant, later, formatInstant } from "../../shared/restore/instant.ts";
import type { Clock } from "../../shared/clock.ts";
import { type History, historyOf, type HistoryEvent } from "./history.ts";

/** How an orchestration stands, in the extension's words. */
export type RuntimeStatus = "Running" | "Completed" | "Failed" | "Terminated";

export interface Instance {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
  updatedAt: Instant;
  status: RuntimeStatus;
  input: string;
  output: unknown;
  history: History;
  /** Rises with every start: what an ended or replaced run still has under way is not its successor's. */
  readonly run: number;
}

/** What came back from a turn of the orchestrator. */
export interface Turn {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
}

export interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly input?: unknown;
  readonly fireAt?: string | Date;
  readonly retryOptions?: { readonly firstRetryIntervalInMilliseconds: number; readonly maxNumberOfAttempts: number };
}

/** The functions of the app, as the hub calls them. */
export interface Functions {
  orchestrate(name: string, binding: unknown): Promise<Turn>;
  act(name: string, input: unknown): Promise<unknown>;
}

/** When a worker dies: before it has begun, or when its work is done and its answer is lost. */
export type Kill = (what: "activity" | "orchestrator", nth: number) => "before" | "after" | undefined;

export interface HubOptions {
  readonly clock: Clock;
  readonly functions: Functions;
  readonly kill?: Kill;
  /** Delivers every activity twice, one after the other. */
  readonly duplicates?: boolean;
}

export interface Counted {
  orchestrator: number;
  activity: number;
  longestHistory: number;
  /** As Flex Consumption bills: a second at least, then by 100 ms, by the hub's clock. */
  billedMs: number;
}

interface Item {
  readonly at: Instant;
  readonly run: () => Promise<void>;
}

const ACTIVITY = 0;
const ACTIVITY_WITH_RETRY = 1;
const CONTINUE_AS_NEW = 4;
const TIMER = 5;
/** When work of a worker that died is handed to another. */
const REDELIVERED_MS = 5 * 60_000;

interface Life {
  readonly die: () => void;
}
const lives = new AsyncLocalStorage<Life>();

/** Whether this runs on a worker of the hub: in an activity or an orchestrator, not behind an HTTP request. */
export function isOnWorker(): boolean {
  return lives.getStore() !== undefined;
}

/** For the tests: the worker that runs this dies here, and the promise it waits for never comes. */
export function dieHere(): Promise<never> {
  lives.getStore()?.die();
  return new Promise<never>(() => undefined);
}

/**
 * The durable engine as far as the app uses it: histories in memory, replayed by the real SDK; activities, timers, `continueAsNew`,
 * `terminate`, retries; work of a worker that died is delivered again. Not the engine of Azure: no leases, no queues, no scale-out.
 */
export class Hub {
  readonly instances = new Map<string, Instance>();
  readonly counted: Counted = { orchestrator: 0, activity: 0, longestHistory: 0, billedMs: 0 };
  readonly #options: HubOptions;
  #items: readonly Item[] = [];
  #runs = 0;
  #woken: () => void = () => undefined;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** `false` where an instance of that id is under way. One that has ended is replaced, as the extension does. */
  start(name: string, id: string, input: string): boolean {
    if (this.instances.get(id)?.status === "Running") return false;
    const now = this.#options.clock.now();
    const history = historyOf(name, input, now);
    const run = ++this.#runs;
    const instance = {
      id,
      name,
      createdAt: now,
      updatedAt: now,
      status: "Running",
      output: null,
      input,
      history,
      run,
    } as const;
    this.instances.set(id, { ...instance });
    this.#later(now, id, run, () => this.#turn(id, run));
    return true;
  }

  terminate(id: string): boolean {
    const instance = this.instances.get(id);
    if (instance?.status === "Running") instance.status = "Terminated";
    return instance !== undefined;
  }

  purge(before: number): number {
    const old = [...this.instances.values()].filter(
      ({ createdAt, status }) => createdAt < before && status !== "Running",
    );
    for (const { id } of old) this.instances.delete(id);
    return old.length;
  }

  /** When the next piece of work is due. */
  get nextAt(): Instant | undefined {
    const [first] = this.#items.toSorted((a, b) => a.at - b.at);
    return first?.at;
  }

  /** Does all that is due now, side by side. */
  async work(): Promise<void> {
    for (;;) {
      const now = this.#options.clock.now();
      const due = this.#items.filter(({ at }) => at <= now);
      if (due.length === 0) return;
      this.#items = this.#items.filter((item) => !due.includes(item));
      await Promise.all(due.map(({ run }) => run()));
    }
  }

  /** Resolves when something new is there to do. */
  wake(): Promise<void> {
    return new Promise((resolve) => (this.#woken = resolve));
  }

  #later(at: Instant, id: string, run: number, work: () => Promise<void>): void {
    const alive = async (): Promise<void> => {
      const instance = this.instances.get(id);
      if (instance?.run === run && instance.status === "Running") await work();
    };
    this.#items = [...this.#items, { at, run: alive }];
    this.#woken();
  }

  /** `undefined` where the worker died. */
  async #onWorker<T>(
    what: "activity" | "orchestrator",
    work: () => Promise<T>,
  ): Promise<{ readonly value: T } | undefined> {
    const nth = ++this.counted[what];
    const kill = this.#options.kill?.(what, nth);
    if (kill === "before") return undefined;
    const { promise: death, resolve: die } = Promise.withResolvers<undefined>();
    const begun = this.#options.clock.now();
    const done = lives.run({ die: () => die(undefined) }, async () => ({ value: await work() }));
    const outcome = await Promise.race([done, death]);
    this.counted.billedMs += Math.max(1_000, Math.ceil((this.#options.clock.now() - begun) / 100) * 100);
    return kill === "after" ? undefined : outcome;
  }

  async #turn(id: string, run: number): Promise<void> {
    const instance = this.instances.get(id);
    if (instance === undefined) return;
    const { clock, functions } = this.#options;
    instance.history.begin(clock.now());
    this.counted.longestHistory = Math.max(this.counted.longestHistory, instance.history.events.length);
    let done;
    try {
      done = await this.#onWorker("orchestrator", () => functions.orchestrate(instance.name, bindingOf(instance)));
    } catch (error) {
      if (instance.status === "Running") this.#end(instance, "Failed", String(error));
      return;
    }
    if (done === undefined) {
      instance.history.takeBack();
      this.#later(later(clock.now(), REDELIVERED_MS), id, run, () => this.#turn(id, run));
      return;
    }
    if (instance.status !== "Running") return;
    this.#apply(instance, done.value);
  }

  #apply(instance: Instance, { isDone, actions, output }: Turn): void {
    const { clock } = this.#options;
    const action = actions.flat().at(-1);
    const fresh = actions.flat().length > instance.history.actions;
    if (isDone && action?.actionType === CONTINUE_AS_NEW) {
      instance.input = textOf(action.input);
      instance.history = historyOf(instance.name, instance.input, clock.now());
      this.#later(clock.now(), instance.id, instance.run, () => this.#turn(instance.id, instance.run));
      return;
    }
    instance.history.complete(clock.now());
    if (isDone) return this.#end(instance, "Completed", output);
    if (action === undefined || !fresh) throw new Error(`orchestration ${instance.id} waits for nothing`);
    instance.history.actions += 1;
    this.#schedule(instance, action);
  }

  #schedule(instance: Instance, action: Action): void {
    const { clock } = this.#options;
    const { id, run, history } = instance;
    if (action.actionType === TIMER) {
      const fireAt = new Date(action.fireAt ?? Number.NaN);
      const timer = history.timer(fireAt.toISOString(), clock.now());
      const at = later(clock.now(), Math.max(0, fireAt.getTime() - clock.now()));
      this.#later(at, id, run, async () => {
        history.fired(timer, fireAt.toISOString());
        await this.#turn(id, run);
      });
      return;
    }
    if (action.actionType !== ACTIVITY && action.actionType !== ACTIVITY_WITH_RETRY)
      throw new Error(`action ${action.actionType} is outside the safe subset`);
    this.#activity(instance, action, 1);
  }

  #activity(instance: Instance, action: Action, attempt: number): void {
    const { clock, functions, duplicates = false } = this.#options;
    const { id, run, history } = instance;
    const { functionName = "" } = action;
    const task = history.scheduled(functionName, clock.now());
    const attend = async (): Promise<void> => {
      let done;
      try {
        done = await this.#onWorker("activity", () => functions.act(functionName, action.input));
        if (duplicates) done = await this.#onWorker("activity", () => functions.act(functionName, action.input));
      } catch (error) {
        if (this.instances.get(id) !== instance || instance.status !== "Running") return;
        history.failed(task, String(error), clock.now());
        await this.#retryOrTurn(instance, action, attempt);
        return;
      }
      if (done === undefined) {
        this.#later(later(clock.now(), REDELIVERED_MS), id, run, attend);
        return;
      }
      if (instance.status !== "Running") return;
      history.completed(task, JSON.stringify(done.value ?? null), clock.now());
      await this.#turn(id, run);
    };
    this.#later(clock.now(), id, run, attend);
  }

  async #retryOrTurn(instance: Instance, action: Action, attempt: number): Promise<void> {
    const { clock } = this.#options;
    const { id, run, history } = instance;
    const { retryOptions } = action;
    if (retryOptions === undefined) return this.#turn(id, run);
    const at = later(clock.now(), retryOptions.firstRetryIntervalInMilliseconds);
    const timer = history.timer(formatInstant(at), clock.now());
    this.#later(at, id, run, async () => {
      history.fired(timer, formatInstant(at));
      if (attempt >= retryOptions.maxNumberOfAttempts) return this.#turn(id, run);
      this.#activity(instance, action, attempt + 1);
    });
  }

  #end(instance: Instance, status: RuntimeStatus, output: unknown): void {
    instance.status = status;
    instance.output = output;
    instance.updatedAt = this.#options.clock.now();
  }
}

function textOf(input: unknown): string {
  return typeof input === "string" ? input : JSON.stringify(input);
}

/** As the extension hands it to the worker: JSON, dates as text. */
function bindingOf({ id, input, history }: Instance): unknown {
  return {
    history: history.events.map((event: HistoryEvent) => event),
    input: parsed(input),
    instanceId: id,
    isReplaying: history.events.length > 2,
    parentInstanceId: null,
    upperSchemaVersion: 0,
    upperSchemaVersionNew: 2,
    maximumShortTimerDuration: "6.00:00:00",
    longRunningTimerIntervalDuration: "3.00:00:00",
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
}

function parsed(text: string): unknown {
  return text === "" ? null : JSON.parse(text);
}
