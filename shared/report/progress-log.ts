import type { DrillEvent, FleetProgress, Recorder } from "../drill-event.ts";
import { formatDuration, type Instant } from "../restore/instant.ts";
import type { PartitionId } from "../restore/partition-id.ts";
import type { Outcome } from "../restore/verdict.ts";

/** How a line is meant; a host that has colours gives it one. */
export type Tone = "plain" | "good" | "bad" | "doubt" | "quiet";
export type Say = (text: string, tone: Tone) => void;

/** More partitions than this are counted; so many of those that do not pass are told by name, and the others are counted, too. */
export const FEW = 20;
/** Beyond this many lines between two heartbeats, changes are counted too; of more than a few partitions, beyond a handful. */
export const MOST_LINES = 30;
export const MOST_LINES_OF_MANY = 4;
/** What a fleet said of itself is news for so long. */
const NEWS_MS = 120_000;
const MOST_STATES = 6;

const NOTHING = "no restore on record";
const NOT_SEEN = "not yet seen";
export const TONE: Readonly<Record<Outcome, Tone>> = { passed: "good", failed: "bad", inconclusive: "doubt" };

interface OfPartition {
  readonly partitionId: PartitionId;
  readonly at: Instant;
}

interface Seen {
  state: string;
  since: Instant;
  looks: number;
  faults: number;
  ended?: Outcome;
}

/** A line per change, a heartbeat on every tick; never a line per look. Its text may quote the cluster: `say` cleans it. */
export class ProgressLog {
  readonly #startedAt: Instant;
  readonly #deadline: Instant;
  readonly #say: Say;
  readonly #all = new Map<PartitionId, Seen>();
  readonly #unanswered = new Set<PartitionId>();
  #standing: FleetProgress | undefined;
  #lines = 0;
  #hidden = 0;
  #named = 0;

  constructor(span: { readonly startedAt: Instant; readonly deadline: Instant }, say: Say) {
    this.#startedAt = span.startedAt;
    this.#deadline = span.deadline;
    this.#say = say;
  }

  readonly record: Recorder = (event) => {
    const seen = "partitionId" in event ? this.#all.get(event.partitionId) : undefined;
    switch (event.type) {
      case "watching":
        this.#all.set(event.partitionId, { state: NOT_SEEN, since: event.at, looks: 0, faults: 0 });
        break;
      case "state":
        if (seen !== undefined) Object.assign(seen, { state: event.to ?? NOTHING, since: event.at });
        if (this.#few) this.#tell(event, event.to ?? NOTHING);
        break;
      case "fault":
        this.#fault(event);
        break;
      case "recovered":
        if (this.#unanswered.delete(event.partitionId) && this.#unanswered.size === 0)
          this.#tell(event, "the cluster answers again");
        break;
      case "stuck":
        if (this.#few) this.#tell(event, `${event.state} for ${formatDuration(event.forMs)}: ${event.cause}`, "doubt");
        break;
      case "looked":
        if (seen !== undefined) Object.assign(seen, { looks: event.watch.looks, faults: event.watch.faults });
        break;
      case "concluded":
        this.#concluded(event);
        break;
      case "progress":
        this.#standing = event;
        break;
    }
  };

  /** The heartbeat. It has no timer of its own: a hanging request must not silence it, so its host beats it once a minute. */
  tick(at: Instant): void {
    const left = `${formatDuration(Math.max(0, this.#deadline - at))} left`;
    const more = this.#hidden === 0 ? "" : `; ${this.#hidden} more changes`;
    [this.#lines, this.#hidden] = [0, 0];
    const all = [...this.#all.values()];
    const fleet = this.#fleetAt(at);
    this.#say(`${this.#elapsed(at)}  ${whereItStands(all, at)}; ${left}${counted(all)}${fleet}${more}`, "quiet");
  }

  /** The last word, where there was more to tell since the last heartbeat than was told. */
  close(at: Instant): void {
    if (this.#hidden > 0)
      this.#say(`${this.#elapsed(at)}  and ${this.#hidden} more changes, all in the record`, "quiet");
  }

  #fleetAt(at: Instant): string {
    const told = this.#standing;
    if (told === undefined || at - told.at > NEWS_MS || told.watched === 0) return "";
    return howItGoes(told, this.#deadline, this.#few)
      .map((text) => `; ${text}`)
      .join("");
  }

  get #few(): boolean {
    return this.#all.size <= FEW;
  }

  #elapsed(at: Instant): string {
    return `+${formatDuration(at - this.#startedAt)}`;
  }

  #tell({ at, partitionId }: OfPartition, text: string, tone: Tone = "plain"): void {
    if (++this.#lines > (this.#few ? MOST_LINES : MOST_LINES_OF_MANY)) this.#hidden++;
    else this.#say(`${this.#elapsed(at)}  ${this.#all.size > 1 ? `${partitionId}  ` : ""}${text}`, tone);
  }

  /** A fault is most often the cluster's: while one partition is without an answer, the others are not told of. */
  #fault(event: Extract<DrillEvent, { type: "fault" }>): void {
    const { code, message } = event.problem;
    if (this.#unanswered.size === 0) this.#tell(event, `no answer (${code}): ${message}; looking on`, "doubt");
    this.#unanswered.add(event.partitionId);
  }

  #concluded(event: Extract<DrillEvent, { type: "concluded" }>): void {
    const { verdict, reason } = event.verdict;
    const seen = this.#all.get(event.partitionId);
    if (seen !== undefined) seen.ended = verdict;
    this.#unanswered.delete(event.partitionId);
    if (this.#few) this.#tell(event, `${verdict}: ${reason}`, TONE[verdict]);
    else if (verdict !== "passed") this.#name(event, `${verdict}: ${reason}`, TONE[verdict]);
  }

  /** The first of many that went wrong: enough to see what it is, and the record has all of them. */
  #name({ at, partitionId }: OfPartition, text: string, tone: Tone): void {
    const nth = ++this.#named;
    if (nth <= FEW) this.#say(`${this.#elapsed(at)}  ${partitionId}  ${text}`, tone);
    if (nth === FEW + 1) this.#say(`${this.#elapsed(at)}  from here on those that do not pass are counted`, "quiet");
  }
}

/** What a fleet says of itself: of a few partitions only what is out of the ordinary. */
function howItGoes(told: FleetProgress, deadline: Instant, few: boolean): readonly string[] {
  const pace = paceOf(told);
  if (few) return pace.extraordinary ? [pace.text] : [];
  return [pace.text, `oldest look ${formatDuration(told.oldestLookMs)} ago`, ...endOf(told, deadline)];
}

function paceOf({ blind, rate, setRate }: FleetProgress): { readonly text: string; readonly extraordinary: boolean } {
  if (blind) return { text: "not reachable, one request at a time tries", extraordinary: true };
  const rounded = Math.round(rate * 10) / 10;
  return rounded < setRate
    ? { text: `slowed down to ${rounded} of ${setRate} requests/s`, extraordinary: true }
    : { text: `up to ${setRate} requests/s`, extraordinary: false };
}

function endOf({ at, estimatedEnd }: FleetProgress, deadline: Instant): readonly string[] {
  if (estimatedEnd === undefined) return [];
  return estimatedEnd >= deadline
    ? ["at this pace not all will have ended by the deadline"]
    : [`at this pace all will have ended in ${formatDuration(estimatedEnd - at)}`];
}

function counted(all: readonly Seen[]): string {
  if (all.length === 0) return "";
  const sum = (of: (seen: Seen) => number): number => all.reduce((total, seen) => total + of(seen), 0);
  const [looks, faults] = [sum((seen) => seen.looks), sum((seen) => seen.faults)];
  return `, ${plural(looks, "look")}, ${plural(faults, "fault")}`;
}

function whereItStands(all: readonly Seen[], at: Instant): string {
  const [only, ...others] = all;
  if (only === undefined) return "still asking for the partitions";
  if (others.length === 0) {
    return only.state === NOT_SEEN ? "no answer yet" : `still ${only.state}, for ${formatDuration(at - only.since)}`;
  }
  const ended = count(all.flatMap((seen) => seen.ended ?? []));
  const open = count(all.filter((seen) => seen.ended === undefined).map(({ state }) => state));
  const endedCount = all.filter((seen) => seen.ended !== undefined).length;
  const [shown, rest] = [open.slice(0, MOST_STATES), open.slice(MOST_STATES)];
  const states = [...shown, ...(rest.length === 0 ? [] : [`and ${rest.length} other states`])].join(", ");
  return `${endedCount} of ${all.length} ended${endedCount === 0 ? "" : ` (${ended.join(", ")})`}${states === "" ? "" : `; ${states}`}`;
}

/** `3 Accepted`, the most frequent first. */
function count(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([name, times]) => `${times} ${name}`);
}

function plural(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? "" : "s"}`;
}
