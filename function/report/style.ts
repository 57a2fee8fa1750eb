/* The page's stylesheet, inline; the answer's Content-Security-Policy carries its hash. Contrast is WCAG AA in both schemes. */

const COLOURS = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --surface: #fff; --raised: #f8f9fb; --line: #dde1e7; --grid: #e8ebf0;
  --ink: #1c2430; --muted: #566171; --accent: #0a58b5; --curve: #7d8b9e; --dot: #1a7f4b;
  --passed: #116b3b; --passed-tint: #e4f3ea; --failed: #b3261e; --failed-tint: #fce9e7;
  --inconclusive: #855300; --inconclusive-tint: #fdf0d8; --sign: #fff; --rto: #6b3fa0;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0e1217; --surface: #161b22; --raised: #1b222b; --line: #2b343f; --grid: #252d38;
    --ink: #e4e8ee; --muted: #9ba7b6; --accent: #7db4ff; --curve: #66758a; --dot: #4cc38a;
    --passed: #5fd39b; --passed-tint: #11301f; --failed: #ff9c92; --failed-tint: #3c1714;
    --inconclusive: #f2bd57; --inconclusive-tint: #34260a; --sign: #161b22; --rto: #c4a3f5;
  }
}`;

const FRAME = `
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 84rem; padding: 1.75rem 1.5rem 2.5rem; background: var(--page); color: var(--ink);
  font: 0.875rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1, h2, h3, p, ul, dl, dd, figure { margin: 0; padding: 0; }
ul { list-style: none; }
h1 { font-size: 1.625rem; line-height: 1.2; letter-spacing: -0.015em; }
h2 { font-size: 1rem; display: inline-block; }
h2 small { color: var(--muted); font-weight: 400; margin-left: 0.25rem; }
code, pre { font-family: ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, monospace; font-size: 0.92em; }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
main > section { margin-top: 1.75rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: 0.5rem 1rem; background: var(--surface); }
.skip:focus { top: 0.5rem; z-index: 1; }
.shapes { position: absolute; }
.product { color: var(--muted); font-weight: 600; font-size: 0.8125rem; margin-bottom: 0.125rem; }
.as-of { color: var(--muted); margin-top: 0.25rem; }
time, .whole { white-space: nowrap; }
nav { margin-top: 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.375rem; align-items: center; }
nav a { display: block; padding: 0.25rem 0.75rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--surface);
  color: var(--ink); text-decoration: none; }
nav a:hover { border-color: var(--accent); }
nav a[aria-current] { background: var(--ink); border-color: var(--ink); color: var(--page); font-weight: 600; }
footer { margin-top: 2.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); color: var(--muted); font-size: 0.8125rem; }
footer dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.375rem 1rem; max-width: 60rem; margin-bottom: 1rem; }
dt { font-weight: 600; color: var(--ink); }
dd code { white-space: nowrap; }
.empty { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 1.5rem; max-width: 48rem; }
.empty p { margin-top: 0.5rem; }
.empty pre { margin: 0; padding: 0.875rem 1rem; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; width: max-content; min-width: 100%; }
.empty .scroll { margin-top: 1rem; }`;

const SUMMARY = `
.strip { display: flex; flex-wrap: wrap; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.strip li { padding: 0.75rem 1.25rem; min-width: 7.5rem; box-shadow: -1px 0 var(--line), 0 -1px var(--line); flex: 1 1 auto; }
.strip li > b { display: block; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
.strip li > span { color: var(--muted); }
.strip li > .badge { background: none; padding: 0; font-weight: 400; }
.strip .silent { flex: 1 1 14rem; max-width: 100%; }
.strip strong { font-weight: 600; color: var(--ink); display: -webkit-inline-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; vertical-align: top; }
.strip .none > b { color: var(--muted); font-weight: 400; }
.strip .none .badge { color: var(--muted); }
.strip .failed > b, .strip .failed > .badge { color: var(--failed); }
.strip .inconclusive > b, .strip .inconclusive > .badge { color: var(--inconclusive); }
.strip .passed > b, .strip .passed > .badge { color: var(--passed); }
.strip .flagged > b { color: var(--inconclusive); }
.badge { display: inline-flex; align-items: center; gap: 0.375rem; padding: 0.125rem 0.625rem 0.125rem 0.25rem; border-radius: 99px; font-weight: 650; white-space: nowrap; }
.badge svg { flex: none; }
.badge .fill, use .fill, .fill { fill: currentColor; }
.sign { fill: none; stroke: var(--sign); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.passed { color: var(--passed); } .failed { color: var(--failed); } .inconclusive { color: var(--inconclusive); }
.verdict .passed { background: var(--passed-tint); } .verdict .failed { background: var(--failed-tint); } .verdict .inconclusive { background: var(--inconclusive-tint); }
.flag { display: inline-block; padding: 0 0.4375rem; border-radius: 4px; background: var(--inconclusive-tint); color: var(--inconclusive); font-size: 0.75rem; font-weight: 650; }`;

const TARGETS = `
.legend { color: var(--muted); font-size: 0.8125rem; display: inline; margin-left: 0.75rem; }
.legend span { white-space: nowrap; margin-right: 0.5rem; }
.legend span:last-of-type { margin-right: 0; }
.legend svg { vertical-align: -1px; margin-right: 0.25rem; }
.targets { margin-top: 0.625rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.target { color: inherit; box-shadow: inset 3px 0 var(--stripe); --stripe: var(--passed); }
.target.failed { --stripe: var(--failed); } .target.inconclusive { --stripe: var(--inconclusive); }
.target + .target { border-top: 1px solid var(--line); }
summary { display: grid; grid-template-columns: 9rem minmax(12rem, 1fr) 9rem 9.5rem 11rem 10.75rem 0.75rem; gap: 0 1.25rem; align-items: center;
  padding: 0.625rem 1rem 0.625rem 1.125rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::after { content: ""; width: 0.5rem; height: 0.5rem; border: solid var(--muted); border-width: 0 1.5px 1.5px 0; transform: rotate(45deg) translate(-2px, -2px); grid-column: -2; grid-row: 1; justify-self: end; }
details[open] > summary::after { transform: rotate(225deg) translate(-2px, -2px); }
summary:hover { background: var(--raised); }
summary:focus-visible { outline-offset: -2px; }
summary code { display: block; color: var(--muted); margin-top: 0.1875rem; font-size: 0.75rem; }
.verdict { color: var(--muted); }
.name h3 { font-size: 0.875rem; font-weight: 600; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.name p { color: var(--muted); font-size: 0.8125rem; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
details[open] .name h3, details[open] .name p { display: block; }
.name b { font-weight: 600; }
.cell b, .cell small { display: block; }
.cell b { font-weight: 600; }
.cell small { color: var(--muted); font-size: 0.75rem; line-height: 1.35; overflow-wrap: normal; }
.cell .none { font-weight: 400; color: var(--muted); }
.cell.flagged b { color: var(--inconclusive); }
.more { padding: 0.5rem 1.125rem 1.25rem; border-top: 1px solid var(--grid); display: grid; grid-template-columns: minmax(24rem, 1fr) minmax(0, max-content); gap: 1rem 2.5rem; align-items: start; }
.scroll { overflow: auto; max-height: 17.5rem; }
.more .scroll { background: linear-gradient(var(--surface) 40%, transparent) top / 100% 2rem, linear-gradient(transparent, var(--surface) 60%) bottom / 100% 2rem,
  linear-gradient(var(--line), transparent) top / 100% 0.5rem, linear-gradient(transparent, var(--line)) bottom / 100% 0.5rem; background-repeat: no-repeat;
  background-attachment: local, local, scroll, scroll; }
table { border-collapse: collapse; width: 100%; font-size: 0.8125rem; overflow-wrap: normal; }
caption span { display: block; position: sticky; left: 0; width: fit-content; max-width: calc(100vw - 4rem); }
caption { text-align: left; color: var(--muted); padding: 0.375rem 0; }
th, td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; border-top: 1px solid var(--grid); vertical-align: baseline; font-weight: 400; white-space: nowrap; }
thead th { color: var(--muted); border: 0; font-weight: 600; }
td:nth-child(n + 3), th:nth-child(n + 3) { text-align: right; }
td:last-child, th:last-child { padding-right: 0.25rem; }
td code { color: var(--muted); font-size: 0.75rem; margin-left: 0.25rem; }
td.passed::before { content: "\\2713\\A0" / ""; } td.failed::before { content: "\\2715\\A0" / ""; } td.inconclusive::before { content: "\\25C6\\A0" / ""; }
#rest + .scroll { max-height: none; margin-top: 0.625rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 0.25rem 1rem; }
#rest + .scroll th[scope="row"] { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }`;

const PLOTS = `
.spark { display: block; width: 100%; overflow: visible; }
.plot { display: flex; }
.axis { flex: none; }
.area { flex: 1 1 auto; width: 0; min-width: 0; overflow: visible; margin-right: 0.5rem; }
.plot text { text-anchor: middle; font-size: 11px; fill: var(--muted); }
.plot .axis text { text-anchor: end; }
.grid { stroke: var(--grid); }
.grid:first-of-type { stroke: var(--muted); }
figcaption { color: var(--muted); font-size: 0.8125rem; padding: 0.375rem 0; }
figcaption strong { color: var(--ink); font-weight: 600; }
figcaption strong, figcaption span { margin-right: 0.75rem; white-space: nowrap; }
figcaption svg { margin-right: 0.375rem; }
path { vector-effect: non-scaling-stroke; fill: none; }
path.curve { stroke: var(--curve); stroke-width: 1.25; stroke-linejoin: round; }
path.dots { stroke: var(--dot); stroke-width: 5.5; stroke-linecap: round; }
.spark path.dots { stroke: none; }
path.rto { stroke: var(--rto); stroke-width: 1.5; stroke-dasharray: 5 4; }
.median { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 1.5 3; }
.m-passed { fill: var(--dot); }
.m-failed { stroke: var(--failed); stroke-width: 2.2; stroke-linecap: round; }
.m-inconclusive { fill: var(--surface); stroke: var(--inconclusive); stroke-width: 1.8; stroke-linejoin: round; }`;

const NARROW = `
@media (max-width: 68rem) {
  summary { grid-template-columns: 10.5rem minmax(0, 1fr) 10rem 0.75rem; row-gap: 0.5rem; }
  summary .spark { grid-column: 3; grid-row: 1; }
  .took { grid-column: 1; } .drift { grid-column: 2; } .silence { grid-column: 3; }
  .more { grid-template-columns: minmax(0, 1fr); gap: 0.5rem; }
}
@media (max-width: 40rem) {
  body { padding: 1.25rem 0.75rem 2rem; }
  .strip { display: grid; grid-template-columns: 1fr 1fr; }
  .strip li { padding: 0.5rem 0.75rem; }
  .strip li > b { font-size: 1.25rem; }
  .strip .silent { grid-column: 1 / -1; }
  .legend { display: block; margin: 0.125rem 0 0; }
  summary { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) 0.75rem; gap: 0.5rem 0.75rem; align-items: start; padding: 0.75rem 0.75rem 0.75rem 1rem; }
  .verdict { grid-column: 1 / 3; grid-row: 1; display: flex; flex-wrap: wrap; gap: 0.125rem 0.5rem; align-items: center; }
  summary code { margin: 0; }
  .name { grid-column: 1 / -1; grid-row: 2; }
  summary .spark { grid-column: 2 / -1; grid-row: 3; }
  .took { grid-column: 1; grid-row: 3; } .drift { grid-column: 1; grid-row: 4; } .silence { grid-column: 2 / -1; grid-row: 4; }
  .more { padding: 0.25rem 0.75rem 1rem 1rem; }
  .axis { margin-left: -0.75rem; }
  summary::after { margin-top: 0.5rem; }
  td code { display: block; margin: 0; }
  th, td { padding-right: 0.5rem; }
  footer dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.5rem; }
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; background: none; font-size: 9pt; }
  nav, .skip, summary::after { display: none; }
  .target, tr { break-inside: avoid; }
  .scroll { max-height: none; overflow: visible; background: none; }
  .badge, .flag, .target { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media (forced-colors: active) { .target { border-left: 3px solid; } }`;

export const STYLE = [COLOURS, FRAME, SUMMARY, TARGETS, PLOTS, NARROW].join("\n");
