import {
  type DrillEvent,
  type DrillRequest,
  formatDuration,
  formatInstant,
  type Instant,
  type Recorder,
} from "../shared/index.ts";
import type { RunStart } from "./run-start.ts";
import type { Runner } from "./runner.ts";

const HEARTBEAT_MS = 60_000;
const NOTHING = "no restore on record";

/** The first line: what is watched, and for how long. */
export function headline(request: DrillRequest): string {
  const { partitionIds, serviceNames, applicationNames } = request.targets;
  const partitions =
    partitionIds.length > 1 ? [`${partitionIds.length} partitions`] : partitionIds.map((id) => `partition ${id}`);
  const what = [...partitions, ...serviceNames, ...applicationNames].join(", ");
  return (
    `Watching ${what} at ${request.endpoints.map((url) => url.origin).join(", ")}, ` +
    `for at most ${formatDuration(request.timeoutMs)}.`
  );
}

/** The second line: which restores count. */
export function boundLine({ notBefore }: DrillRequest, auto: RunStart): string {
  if (notBefore === "any") return "Whatever restore is on record counts (not-before: any).";
  const [at, source] = notBefore === "auto" ? [auto.at, auto.source] : [notBefore, "not-before"];
  return `Only a restore from ${formatInstant(at)} (${source}) on counts.`;
}

/**
 * The log of a job: a line per change, a heartbeat each minute, never a line per look. It has no timer of its own: looks
 * come often enough to hang the heartbeat on.
 */
export function jobRecorder(runner: Pick<Runner, "line">): Recorder {
  const states = new Map<string, string>();
  let startedAt: Instant | undefined;
  let spokenAt: Instant | undefined;

  const say = (at: Instant, text: string): void => {
    spokenAt = at;
    runner.line(`+${formatDuration(at - (startedAt ?? at))}  ${text}`);
  };
  const named = (event: DrillEvent, text: string): string => (states.size > 1 ? `${event.partitionId}  ${text}` : text);

  return (event) => {
    switch (event.type) {
      case "watching":
        startedAt ??= event.at;
        spokenAt ??= event.at;
        states.set(event.partitionId, "not yet seen");
        break;
      case "state":
        states.set(event.partitionId, event.to ?? NOTHING);
        say(event.at, named(event, event.to ?? NOTHING));
        break;
      case "fault":
        if (event.inARow === 1)
          say(event.at, named(event, `no answer (${event.problem.code}): ${event.problem.message}; looking on`));
        break;
      case "stuck":
        say(event.at, named(event, `${event.state} for ${formatDuration(event.forMs)}: ${event.cause}`));
        break;
      case "recovered":
        say(event.at, named(event, "the cluster answers again"));
        break;
      case "looked":
        if (event.at - (spokenAt ?? event.at) >= HEARTBEAT_MS) say(event.at, heartbeat(event, states));
        break;
      case "concluded":
        say(event.at, named(event, `${event.verdict.verdict}: ${event.verdict.reason}`));
        break;
      default:
        event satisfies never;
    }
  };
}

function heartbeat(
  { at, watch }: Extract<DrillEvent, { type: "looked" }>,
  states: ReadonlyMap<string, string>,
): string {
  const left = `${formatDuration(Math.max(0, watch.plan.deadline - at))} left`;
  if (states.size === 1) {
    const state = watch.last === undefined ? "no answer yet" : (watch.last.progress?.spelled ?? NOTHING);
    return `still ${state}; ${left}, ${watch.looks} looks, ${watch.faults} faults`;
  }
  const counts = new Map<string, number>();
  for (const state of states.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
  return `${[...counts].map(([state, count]) => `${count} ${state}`).join(", ")}; ${left}`;
}
