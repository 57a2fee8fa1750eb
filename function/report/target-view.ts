import type { Outcome } from "../../shared/index.ts";
import { type Html, html, type Piece } from "./html.ts";
import { plot, sparkline } from "./plot.ts";
import type { TargetReport, Verification } from "./target-report.ts";
import {
  age,
  comparedWith,
  counted,
  duration,
  grouped,
  minute,
  name,
  query,
  rhythm,
  shareOfRto,
  times,
} from "./words.ts";

/** How many verifications a target's table holds: the newest, and reds that are older. The JSON has all. */
const TABLE = { newest: 15, olderReds: 10 } as const;

/** One target: a line that says it all, and behind it the large plot with its table. `id` is unique in the page. */
export function targetView(target: TargetReport, id: string): Html {
  const { latest } = target;
  return html`<li class="target ${latest.verdict}">
    <details>
      <summary>
        <div class="verdict">${badge(latest.verdict)}<code>${latest.reason}</code></div>
        <div class="name">
          <h3>${name(target.target)}</h3>
          <p>${origin(target)}</p>
        </div>
        ${sparkline(target)}${tookCell(target)}${driftCell(target)}${silenceCell(target)}
      </summary>
      <div class="more">${plot(target, id)}${table(target)}</div>
    </details>
  </li> `;
}

/** One target in a line of a table, for those beyond what the page shows at length. */
export function targetLine(target: TargetReport): Html {
  const { latest, silence } = target;
  return html`<tr>
    <th scope="row">${name(target.target)} <small>${name(target.cluster)}</small></th>
    ${verdictCell(latest)}
    <td>${duration(latest.restoreSeconds)}</td>
    <td>${recordLink(latest, age(silence.seconds))}</td>
  </tr> `;
}

export function badge(verdict: Outcome, text: string = verdict): Html {
  return html`<span class="badge ${verdict}"
    ><svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true"><use href="#b-${verdict}" /></svg
    >${text}</span
  >`;
}

function origin({ cluster, latest }: TargetReport): Piece {
  return [
    html`<b>${name(cluster)}</b>`,
    // The dot begins a line rather than end one.
    latest.plan === null ? "" : html` <span>· plan ${name(latest.plan)}</span>`,
    latest.partitionCount === 1
      ? ""
      : html` <span class="whole">· ${counted(latest.partitionCount, "partition")}</span>`,
  ];
}

function tookCell({ latest }: TargetReport): Html {
  const share = shareOfRto(latest);
  const measured = latest.restoreSeconds !== null;
  return html`<div class="cell took">
    ${measured ? html`<b>${duration(latest.restoreSeconds)}</b>` : html`<b class="none">not measured</b>`}<small
      >${share || "no RTO set"}</small
    >
  </div>`;
}

function driftCell({ drift, latest }: TargetReport): Html {
  if (drift === null) {
    return html`<div class="cell drift"><b class="none">no trend</b><small>too few passed restores</small></div>`;
  }
  const when = drift.id === latest.id ? "" : ", when last measured";
  const ratio = drift.ratio === null ? "–" : times(drift.ratio);
  return html`<div class="cell drift${drift.slower ? " flagged" : ""}">
    <b>${drift.slower ? flag("slower") : null}${ratio}</b><small>${comparedWith(drift)}${when}</small>
  </div>`;
}

function silenceCell({ silence, lastPassedUtc, latest }: TargetReport): Html {
  const usual = silence.usualSeconds === null ? "" : `usually ${rhythm(silence.usualSeconds)}`;
  const passed = lastPassedUtc === null ? "never passed" : `last passed ${lastPassedUtc.slice(0, 10)}`;
  return html`<div class="cell silence${silence.overdue ? " flagged" : ""}">
    <b
      >${silence.overdue ? flag("overdue") : null}<span class="hidden">last verified </span
      ><time datetime="${latest.endedAtUtc}">${age(silence.seconds)}</time></b
    ><small>${latest.verdict === "passed" ? usual : passed}</small>
  </div>`;
}

function flag(text: string): Html {
  return html`<span class="flag">${text}</span> `;
}

function table(target: TargetReport): Html {
  const { series } = target;
  const older = series.slice(0, -TABLE.newest);
  const reds = older.filter((one) => one.verdict !== "passed").slice(-TABLE.olderReds);
  const shown = [...reds, ...series.slice(-TABLE.newest)].toReversed();
  return html`<div
    class="scroll"
    role="group"
    aria-label="Verifications of ${name(target.target)} on ${name(target.cluster)}"
    tabindex="0"
  >
    <table>
      <caption>
        ${caption(series.length, shown.length, reds.length)}
      </caption>
      <thead>
        <tr>
          <th scope="col">Ended (UTC)</th>
          <th scope="col">Verdict</th>
          <th scope="col">Took</th>
          <th scope="col">RTO</th>
          <th scope="col">Partitions</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (one) =>
            html`<tr>
              <th scope="row">${recordLink(one, minute(one.endedAtUtc))}</th>
              ${verdictCell(one)}
              <td>${duration(one.restoreSeconds)}</td>
              <td>${duration(one.rtoSeconds)}</td>
              <td>${one.partitionCount}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function caption(all: number, shown: number, reds: number): Piece {
  if (shown === all) return `${counted(all, "verification")}, newest first`;
  const olderReds = reds === 0 ? "" : `, and ${counted(reds, "older red")}`;
  return `Newest ${shown - reds} of ${grouped(all)}${olderReds}`;
}

function verdictCell({ verdict, reason }: Verification): Html {
  return html`<td class="${verdict}">${verdict}${verdict === "passed" ? null : html` <code>${reason}</code>`}</td>`;
}

/** Relative to `/api/report`. An id that is no plain path segment gets no link rather than one to somewhere else. */
function recordLink({ id }: Verification, text: string): Piece {
  return /^\w[\w.-]*$/.test(id) ? html`<a href="verifications/${query(id)}">${text}</a>` : text;
}
