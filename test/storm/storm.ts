/*
 * `npm run storm`: thousands of verifications while everything goes wrong: by the built Action as processes, by the Function app on the project's own host,
 * and by the core in this process. What is right comes from what is true in each script (oracle.ts). Seeded, bounded, loopback only. Exits with 1
 * if any verdict is not right. `-- --seed 7 --only "Action/drips/0"` plays one run of it again.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { endActions } from "./action-storm.ts";
import { count, isSound, ofShells, ofWeathers, whatIsWrong } from "./figures.ts";
import { casesOf, FULL, playStorm } from "./play.ts";

const USAGE = `npm run storm -- [--seed N] [--seconds N] [--only CASE]

  --seed     the same seed, the same restores and the same faults (20260203)
  --seconds  how long it may take (480, at least 120): with less the Action's part is told faster and the Function's is shorter; what is not done by then ends it
  --only     one run, as a line of the report calls it: "Function/20 % 503/2"`;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seconds: { type: "string" },
    only: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
const [seed, seconds] = [Number(values.seed ?? 20_260_203), Number(values.seconds ?? 480)];
if (values.help === true) console.log(USAGE);
else if (!Number.isInteger(seed) || !(seconds >= 120)) {
  console.error(USAGE);
  process.exitCode = 2;
} else await main();

async function main(): Promise<void> {
  const startedAt = performance.now();
  const share = Math.min(1, seconds / 480);
  const actionSpeed = 1 / share;
  const functionWaves = Math.max(1, Math.floor(FULL.functionWaves * share));
  const all = casesOf({ ...FULL, seed, actionSpeed, functionWaves });
  const cases = values.only === undefined ? all : all.filter(({ name }) => name === values.only);
  if (cases.length === 0) {
    console.error(`No run is called ${values.only}: a shell (core, Action, Function), a weather, a number.`);
    process.exitCode = 2;
    return;
  }
  const cap = setTimeout(() => {
    console.error(`Not done within ${seconds} s.`);
    endActions();
    process.exit(1);
  }, seconds * 1_000);
  const { played, lives } = await playStorm(cases, (what) => console.log(what));
  clearTimeout(cap);

  console.log(`\nNode ${process.version}, ${availableParallelism()} cores, seed ${seed}\n`);
  console.log(`${ofShells(played, lives)}\n\n${ofWeathers(played)}\n`);
  for (const line of whatIsWrong(played)) console.log(line);
  console.log(`In ${((performance.now() - startedAt) / 1_000).toFixed(0)} s.`);
  if (isSound(played)) return;
  console.log(
    `${count(played, "false pass")} false passes. One of them again: npm run storm -- --seed ${seed} --seconds ${seconds} --only "..."`,
  );
  process.exitCode = 1;
}
