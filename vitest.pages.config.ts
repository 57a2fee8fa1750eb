import { defineConfig } from "vitest/config";

/* Tests in a real browser: `npm run test:pages`. Apart from the others, which need none. */
export default defineConfig({
  test: {
    include: ["test/pages/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: process.env["CI"] === undefined ? ["default"] : ["default", "json"],
    outputFile: { json: "build/page-test-results.json" },
  },
});
