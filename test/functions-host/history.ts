import { formatInstant, type Instant } from "../../shared/restore/instant.ts";

/** As the extension writes them: dates as text, results as JSON within JSON. */
export type HistoryEvent = Readonly<Record<string, unknown>> & { readonly EventType: number };

const TYPE = {
  executionStarted: 0,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
} as const;

/** What has happened to an orchestration since it last began anew. */
export interface History {
  readonly events: readonly HistoryEvent[];
  /** How many of the orchestrator's actions have been carried out. */
  actions: number;
  /** A turn begins: what came in meanwhile comes after it. */
  begin(at: Instant): void;
  /** The worker died in it. */
  takeBack(): void;
  complete(at: Instant): void;
  scheduled(name: string, at: Instant): number;
  completed(task: number, result: string, at: Instant): void;
  failed(task: number, why: string, at: Instant): void;
  timer(fireAt: string, at: Instant): number;
  fired(timer: number, fireAt: string): void;
}

export function historyOf(name: string, input: string, startedAt: Instant): History {
  const events: HistoryEvent[] = [];
  let arrived: HistoryEvent[] = [event(TYPE.executionStarted, startedAt, { Name: name, Input: input, Version: "1.0" })];
  let begun: { readonly length: number; readonly arrived: readonly HistoryEvent[] } = { length: 0, arrived: [] };
  let nextId = 0;
  return {
    events,
    actions: 0,
    begin(at) {
      begun = { length: events.length, arrived };
      events.push(event(TYPE.orchestratorStarted, at, {}), ...arrived);
      arrived = [];
    },
    takeBack() {
      events.length = begun.length;
      arrived = [...begun.arrived, ...arrived];
    },
    complete: (at) => void events.push(event(TYPE.orchestratorCompleted, at, {})),
    scheduled(taskName, at) {
      const id = nextId++;
      events.push({ ...event(TYPE.taskScheduled, at, { Name: taskName }), EventId: id });
      return id;
    },
    completed: (task, result, at) =>
      void arrived.push(event(TYPE.taskCompleted, at, { TaskScheduledId: task, Result: result })),
    failed: (task, why, at) =>
      void arrived.push(event(TYPE.taskFailed, at, { TaskScheduledId: task, Reason: why, Details: why })),
    timer(fireAt, at) {
      const id = nextId++;
      events.push({ ...event(TYPE.timerCreated, at, { FireAt: fireAt }), EventId: id });
      return id;
    },
    fired: (timer, fireAt) =>
      void arrived.push({
        EventType: TYPE.timerFired,
        EventId: -1,
        IsPlayed: false,
        Timestamp: fireAt,
        TimerId: timer,
        FireAt: fireAt,
      }),
  };
}

function event(type: number, at: Instant, fields: Readonly<Record<string, unknown>>): HistoryEvent {
  return { EventType: type, EventId: -1, IsPlayed: false, Timestamp: formatInstant(at), ...fields };
}
