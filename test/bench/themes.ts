/*
 * `npm run bench` measures everything, `npm run bench -- fleet` one theme. A theme is a process of its own with a bound, so that none
 * bears the memory of another.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const MINUTE = 60_000;
const THEMES: Readonly<Record<string, { readonly file: string; readonly mostMs: number }>> = {
  wire: { file: "wire.ts", mostMs: 10 * MINUTE },
  schedule: { file: "schedule.ts", mostMs: 10 * MINUTE },
  function: { file: "function.ts", mostMs: 15 * MINUTE },
  fleet: { file: "fleet.ts", mostMs: 40 * MINUTE },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => THEMES[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no theme ${unknown.join(", ")}; there are ${Object.keys(THEMES).join(", ")}.`);
  process.exitCode = 2;
} else {
  for (const [name, { file, mostMs }] of Object.entries(THEMES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    console.log(`# ${name}\n`);
    const path = fileURLToPath(new URL(file, import.meta.url));
    const { status } = spawnSync(process.execPath, [path], { stdio: "inherit", timeout: mostMs });
    if (status !== 0) process.exitCode = 1;
  }
}
