/* `npm run bench -- function`: what the Function app costs to load and to run, beside a process that polls. */
import { costRows } from "./function-cost.ts";
import { loadRows } from "./function-load.ts";
import { markdownTable } from "./table.ts";

const startedAt = performance.now();
const rows = [...(await loadRows()), ...(await costRows())];
console.log(markdownTable([["the Function app", "measured", "aim"], ...rows]));
console.log(`\nMeasured in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s.`);
