import { registerApp } from "./app.ts";
import { processWorld } from "./process-world.ts";

registerApp(processWorld);
