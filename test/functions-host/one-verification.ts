/*
 * The built app in a process of its own: its settings are the environment, as on the platform. Starts the verification in the first
 * argument after the bundle's path, waits for its end in real time, and prints how it stands, and the whole of its log, as one line of JSON.
 */
import { pathToFileURL } from "node:url";
import { systemClock } from "../../shared/clock.ts";
import { captureModule } from "./core.ts";
import { type Answered, FunctionsHost } from "./host.ts";
import { live } from "./time.ts";

const [bundle = "", body = ""] = process.argv.slice(2);
const functions = await captureModule(() => import(pathToFileURL(bundle).href));
await using host = await FunctionsHost.start({ functions, clock: systemClock });
const stop = new AbortController();
const working = live(host.hub, systemClock, stop.signal);
const headers = { "content-type": "application/json" };
let answered: Answered = await host.request({ method: "POST", path: "/api/verifications", headers, body });
const { location: path = "" } = answered.headers;
while (answered.status === 202) {
  await systemClock.sleep(200, stop.signal);
  answered = await host.request({ method: "GET", path });
}
stop.abort();
await working;
console.log(JSON.stringify({ status: answered.status, body: answered.body, log: host.lines.map(({ text }) => text) }));
