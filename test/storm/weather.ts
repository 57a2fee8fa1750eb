import { during, type Fault } from "../simulator/faults.ts";
import { tooManyRequests, unavailable } from "../simulator/replies.ts";

/*
 * What is wrong meanwhile. Times are milliseconds of the storm, from the start of the cluster.
 */

/**
 * What becomes of the bytes between a watcher and its cluster: connections are refused (and those that stand are cut), are left without an answer,
 * or lead to a stranger with a certificate of his own; an answer is replaced by a reset, comes late, comes byte by byte, or by half.
 */
export type Damage = "refused" | "silent" | "stranger" | "reset" | "stalled" | "dripped" | "halved";

export interface Spoilt {
  readonly fromMs: number;
  readonly untilMs: number;
  /** How many of the answers it hits, from 0 to 1; all of them unless said. */
  readonly share?: number;
  readonly damage: Damage;
  /** The first of the gateways alone. */
  readonly firstGatewayOnly?: true;
}

export interface Weather {
  readonly name: string;
  /** What the cluster answers instead. */
  readonly faults?: readonly Fault[];
  readonly spoilt?: readonly Spoilt[];
  /** The cluster's clock minus everybody else's. */
  readonly skewMs?: number;
  /** `not-before` is named by the cluster's clock, as the documents advise for one that is behind. */
  readonly notBeforeIsTheirs?: true;
  readonly gateways?: 2;
  /** So much is lost, to the very end, that the last answer of all may be from before the restore's end. */
  readonly blinding?: true;
  /** When the last time ends in which nothing came through. */
  readonly clearsAtMs?: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const ALWAYS = [0, Infinity] as const;
const OUTAGE = [20 * SECOND, 80 * SECOND] as const;

function spoilt(damage: Damage, [fromMs, untilMs]: readonly [number, number], share = 1): Spoilt {
  return { damage, fromMs, untilMs, share };
}

export const CALM: Weather = { name: "calm" };

export const WEATHERS: readonly Weather[] = [
  CALM,
  { name: "20 % 503", faults: [during(...ALWAYS, unavailable, 0.2)] },
  { name: "2 % resets", spoilt: [spoilt("reset", ALWAYS, 0.02)] },
  { name: "5 s stalls", spoilt: [spoilt("stalled", ALWAYS, 0.05)] },
  { name: "drips", spoilt: [spoilt("dripped", ALWAYS, 0.05)] },
  { name: "half bodies", spoilt: [spoilt("halved", ALWAYS, 0.05)] },
  { name: "throttled", faults: [during(10 * SECOND, 50 * SECOND, tooManyRequests(2), 0.5)] },
  { name: "a minute of 503", faults: [during(...OUTAGE, unavailable)], clearsAtMs: OUTAGE[1] },
  { name: "a minute of nothing", spoilt: [spoilt("refused", OUTAGE)], clearsAtMs: OUTAGE[1] },
  { name: "a minute of silence", spoilt: [spoilt("silent", OUTAGE)], clearsAtMs: OUTAGE[1] },
  { name: "handshakes refused at first", spoilt: [spoilt("refused", [0, 40 * SECOND])], clearsAtMs: 40 * SECOND },
  { name: "never there", spoilt: [spoilt("refused", ALWAYS)] },
  { name: "a stranger for a while", spoilt: [spoilt("stranger", [25 * SECOND, 45 * SECOND])], clearsAtMs: 45 * SECOND },
  { name: "a stranger for ever", spoilt: [spoilt("stranger", ALWAYS)] },
  { name: "5 h ahead", skewMs: 5 * HOUR },
  { name: "5 h behind", skewMs: -5 * HOUR },
  { name: "5 h behind and named so", skewMs: -5 * HOUR, notBeforeIsTheirs: true },
  {
    name: "a gateway dies",
    gateways: 2,
    spoilt: [{ ...spoilt("refused", [20 * SECOND, Infinity]), firstGatewayOnly: true }],
  },
  {
    name: "a gateway falls silent",
    gateways: 2,
    spoilt: [{ ...spoilt("silent", [20 * SECOND, Infinity]), firstGatewayOnly: true }],
  },
  {
    name: "everything at once",
    blinding: true,
    skewMs: 3 * HOUR,
    faults: [during(...ALWAYS, unavailable, 0.1), during(10 * SECOND, 30 * SECOND, tooManyRequests(2), 0.2)],
    spoilt: [
      spoilt("refused", [40 * SECOND, 70 * SECOND]),
      spoilt("reset", ALWAYS, 0.02),
      spoilt("stalled", ALWAYS, 0.02),
      spoilt("dripped", ALWAYS, 0.02),
      spoilt("halved", ALWAYS, 0.02),
    ],
    clearsAtMs: 70 * SECOND,
  },
];

/** The Function's platform in trouble, with nothing wrong otherwise: how often a call of the engine or the account fails. */
export const PLATFORM_IN_TROUBLE: Weather = { name: "a platform in trouble" };
export const PLATFORM_TROUBLE = 0.02;

/** The deadline, and how long a restore is waited for to appear: in every case, in every shell. */
export const DEADLINE_MS = 150 * SECOND;
export const START_TIMEOUT_MS = 60 * SECOND;
export const STALL_MS = 5 * SECOND;
