import { writeFileSync } from "node:fs";

// Preloaded into a measured child: at its end it writes its peak memory, in KiB, to the file it was given.
process.once("exit", () => writeFileSync(process.env["PEAK_RSS_FILE"] ?? "", String(process.resourceUsage().maxRSS)));
