/*
 * `node --import fake-worker.ts app.js`: what the Node.js worker does to an app before anything is called. It hands
 * `@azure/functions-core` to whoever requires it and keeps what registers. At the end stdout has a line for each function:
 * its name, the type of its trigger and, of an HTTP trigger, the auth level.
 */
import { registerHooks } from "node:module";

const CORE = "fake-worker:functions-core";
const source = `
  const registered = [];
  module.exports = {
    hostVersion: "4.0.0",
    workerVersion: "3.11.0",
    app: {},
    registerFunction: (metadata) => { registered.push(metadata); return { dispose() {} }; },
    registerHook: () => ({ dispose() {} }),
    setProgrammingModel: () => {},
    log: () => {},
  };
  process.once("exit", () => {
    for (const { name, bindings } of registered) {
      const trigger = Object.values(bindings).find(({ type }) => /Trigger$/.test(type));
      console.log([name, trigger.type, trigger.authLevel ?? "-"].join(" "));
    }
  });`;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@azure/functions-core"
      ? { url: CORE, format: "commonjs", shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === CORE ? { format: "commonjs", source, shortCircuit: true } : next(url, context),
});
