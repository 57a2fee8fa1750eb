import type { Outcome } from "../../shared/index.ts";
import { type Html, html, type Piece, trusted } from "./html.ts";
import { longestSilent, needsAttention, type Report } from "./report.ts";
import { STYLE } from "./style.ts";
import { badge, targetLine, targetView } from "./target-view.ts";
import { age, counted, grouped, name, query, time } from "./words.ts";

/** Targets shown at length, and after them those in one line each; the JSON has all. */
const SHOWN = { atLength: 200, inALine: 1_500, clusters: 30 } as const;

/** The whole page, complete in itself: it asks for nothing and runs nothing. */
export function reportPage(report: Report): string {
  const { targets } = report;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title(report)}</title>
        <link rel="icon" href="${icon(report)}" />
        ${STYLESHEET}
      </head>
      <body>
        ${trusted(SHAPES)}
        <a class="skip" href="#targets">Skip to the targets</a>
        <header>
          <p class="product">Service Fabric restore verification</p>
          <h1>Restore report</h1>
          <p class="as-of">${asOf(report)}</p>
          ${clusterLinks(report)}
        </header>
        <main id="targets" tabindex="-1">
          ${targets.length === 0 ? empty(report) : [summary(report), lists(report)]}
        </main>
        <footer>${footer(report)}</footer>
      </body>
    </html> `;
  return page.toString();
}

function title({ counts, cluster }: Report): string {
  const red = counts.failed + counts.inconclusive;
  const state = counts.targets === 0 ? "nothing verified yet" : red === 0 ? "all passed" : `${grouped(red)} not passed`;
  return `Restore report: ${state}${cluster === null ? "" : ` · ${name(cluster)}`}`;
}

/** No template: the policy's hash is of every character between the tags. */
const STYLESHEET = trusted(`<style>${STYLE}</style>`);

/** A dot in the browser's tab, in the colour of the worst verdict. */
function icon({ counts }: Report): string {
  const colour = counts.failed > 0 ? "#d1242f" : counts.inconclusive > 0 ? "#bf8700" : "#1a7f37";
  const shape = `<circle cx="8" cy="8" r="7" fill="${counts.targets === 0 ? "#6e7781" : colour}"/>`;
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${shape}</svg>`)}`;
}

/** Drawn once, used everywhere: `m-` marks of the plots, `b-` shapes of the badges. Each verdict has a shape of its own. */
const SHAPES = `<svg class="shapes" width="0" height="0" aria-hidden="true"><defs>
<g id="m-passed"><circle class="m-passed" r="3.2"/></g>
<g id="m-failed"><path class="m-failed" d="M-3.5-3.5l7 7m0-7l-7 7"/></g>
<g id="m-inconclusive"><path class="m-inconclusive" d="M0-4.5L4.5 0L0 4.5L-4.5 0z"/></g>
<g id="b-passed"><circle class="fill" r="7"/><path class="sign" d="M-3.2 .2l2.3 2.4L3.4-2.4"/></g>
<g id="b-failed"><path class="fill" d="M-2.9-7h5.8l4.1 4.1v5.8L2.9 7h-5.8L-7 2.9v-5.8z"/><path class="sign" d="M-2.6-2.6l5.2 5.2m0-5.2l-5.2 5.2"/></g>
<g id="b-inconclusive"><path class="fill" d="M0-7.6L7.6 0L0 7.6L-7.6 0z"/><path class="sign" d="M0-3.4v3.6M0 3v.1"/></g>
</defs></svg>`;

function asOf({ generatedAtUtc, verifications }: Report): Piece {
  const { count, oldestUtc, newestUtc, olderExist } = verifications;
  const range =
    oldestUtc === null || newestUtc === null
      ? null
      : html`${counted(count, "verification")} from ${time(oldestUtc)} to
        ${time(newestUtc)}${olderExist ? ", older ones exist" : null} · `;
  return html`${range}as of ${time(generatedAtUtc)}, all times UTC`;
}

function clusterLinks({ clusters, cluster }: Report): Html | null {
  if (clusters.length < 2 && cluster === null) return null;
  const link = (to: string, text: string, current: boolean): Html =>
    html`<li><a href="${to}" ${current ? trusted(' aria-current="page"') : null}>${text}</a></li>`;
  const shown = clusters.slice(0, SHOWN.clusters);
  const left = clusters.length - shown.length;
  return html`<nav aria-label="Clusters">
    <ul>
      ${link("report", "All clusters", cluster === null)}${shown.map((one) =>
        link(`report?cluster=${query(one)}`, name(one), one === cluster),
      )}${left > 0 ? html`<li>and ${grouped(left)} more</li>` : null}
    </ul>
  </nav> `;
}

function summary(report: Report): Html {
  const { counts } = report;
  const silent = longestSilent(report);
  const tile = (verdict: Outcome): Html =>
    html`<li class="${counts[verdict] === 0 ? "none" : verdict}">
      <b>${grouped(counts[verdict])}</b>${badge(verdict)}
    </li>`;
  const flagged = (count: number, text: string): Html =>
    html`<li class="${count === 0 ? "none" : "flagged"}"><b>${grouped(count)}</b><span>${text}</span></li>`;
  return html`<section aria-labelledby="summary">
    <h2 id="summary" class="hidden">Summary</h2>
    <ul class="strip">
      <li><b>${grouped(counts.targets)}</b><span>${counts.targets === 1 ? "target" : "targets"}</span></li>
      ${tile("failed")}${tile("inconclusive")}${tile("passed")}${flagged(counts.overdue, "overdue")}${flagged(counts.slower, "slower")}${
        silent === undefined
          ? null
          : html`<li class="silent">
              <b>${age(silent.silence.seconds)}</b
              ><span
                >longest without a verification: <strong>${name(silent.target)}</strong> on
                ${name(silent.cluster)}</span
              >
            </li>`
      }
    </ul>
  </section> `;
}

function lists({ targets }: Report): Piece {
  const atLength = targets.slice(0, SHOWN.atLength).map((target, index) => ({ target, id: `t${index}` }));
  const rest = targets.slice(SHOWN.atLength);
  const list = (id: string, heading: string, attention: boolean): Html | null => {
    const some = atLength.filter(({ target }) => needsAttention(target) === attention);
    if (some.length === 0) return null;
    return html`<section aria-labelledby="${id}">
      <h2 id="${id}">${heading} <small>${grouped(some.length)}</small></h2>
      ${some[0] === atLength[0] && LEGEND}
      <ul class="targets">
        ${some.map((one) => targetView(one.target, one.id))}
      </ul>
    </section> `;
  };
  return [list("attention", "Needs attention", true), list("fine", "Passed", false), restTable(rest)];
}

const LEGEND = html`<p class="legend">
  Restore durations over time: ${legendMark("passed")} ${legendMark("failed")} ${legendMark("inconclusive")}
  <span
    ><svg width="22" height="12" aria-hidden="true"><path class="rto" d="M0 6H22" /></svg>RTO</span
  >. Marks below the line have no duration. Open a target for its plot and its records.
</p>`;

function legendMark(verdict: Outcome): Html {
  return html`<span
    ><svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><use href="#m-${verdict}" /></svg
    >${verdict}</span
  >`;
}

function restTable(rest: Report["targets"]): Html | null {
  if (rest.length === 0) return null;
  const shown = rest.slice(0, SHOWN.inALine);
  const left = rest.length - shown.length;
  return html`<section aria-labelledby="rest">
    <h2 id="rest">More targets <small>${grouped(rest.length)}</small></h2>
    <div class="scroll" role="group" aria-label="More targets" tabindex="0">
      <table>
        <caption>
          <span>In the same order, without plots${left > 0 ? `; ${grouped(left)} more are in the JSON` : null}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Target</th>
            <th scope="col">Latest verdict</th>
            <th scope="col">Took</th>
            <th scope="col">Verified</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(targetLine)}
        </tbody>
      </table>
    </div>
  </section> `;
}

function empty({ cluster, verifications }: Report): Html {
  const what = cluster === null ? "Nothing has been verified yet" : `Nothing has been verified on ${name(cluster)} yet`;
  const unreadable = verifications.unreadable;
  return html`<section class="empty" aria-labelledby="empty">
    <h2 id="empty">${unreadable === 0 ? what : "No record can be read"}</h2>
    <p>
      Start a verification of a restore that is under way, or was a moment ago; it appears here once it has a verdict.
    </p>
    <div class="scroll" role="group" aria-label="Example" tabindex="0">
      <pre><code>${EXAMPLE}</code></pre>
    </div>
    <p>
      The answer is <code>202</code> with a <code>Location</code> to follow. Plans in the app’s configuration start
      verifications on their own.
    </p>
  </section> `;
}

const EXAMPLE = `curl --request POST "https://<app>/api/verifications" \\
  --header "x-functions-key: $KEY" --header "content-type: application/json" \\
  --data '{ "cluster": "<configured name>", "partitionIds": ["<partition id>"] }'`;

function footer({ rules: { drift, silence }, verifications, cluster }: Report): Piece {
  const days = silence.mostSeconds / 86_400;
  const filter = cluster === null ? "" : `&cluster=${query(cluster)}`;
  return html`<dl>
      <dt>Verdict</dt>
      <dd>
        Only <em>passed</em> is green: this restore came back, from the expected backup, healthy and within its
        objectives. <em>Inconclusive</em> means that nobody knows, and is red as well.
      </dd>
      <dt>Slower</dt>
      <dd>
        The newest measured restore took at least ${drift.factor}× the median of the ${drift.window} passed ones before
        it (${drift.leastHistory} will do), and at least ${drift.leastExcessSeconds} s more.
      </dd>
      <dt>Overdue</dt>
      <dd>No verification for ${silence.factor} times the target’s usual interval, or for ${days} days.</dd>
      <dt>Access</dt>
      <dd>
        Links here carry no key. They open for whoever is signed in (App Service authentication); with function keys,
        send the key in the <code>x-functions-key</code> header, never in an address.
      </dd>
    </dl>
    <p>
      ${verifications.unreadable === 0 ? null : html`<strong>${counted(verifications.unreadable, "record")} left out, unreadable times.</strong> `}<a
        href="report?format=json${filter}"
        >The same data as JSON</a
      >
    </p> `;
}
