/* The smallest function app: what proves the bundler and the package without the real one. */
import { app } from "@azure/functions";
import { cleanLine } from "../../shared/index.ts";

app.http("health", { methods: ["GET"], authLevel: "anonymous", handler: () => ({ body: cleanLine("ok") }) });
app.http("guarded", { methods: ["POST"], authLevel: "function", handler: () => ({ status: 202 }) });
