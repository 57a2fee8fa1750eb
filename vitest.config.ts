import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // They need a browser: `npm run test:pages`.
    exclude: [...configDefaults.exclude, "test/pages/**"],
    // Children and servers on loopback: bounded, but never by a figure a slow machine could miss.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: process.env["CI"] === undefined ? ["default"] : ["default", "json"],
    outputFile: { json: "build/test-results.json" },
    // `npm run coverage`: the core, whole. Below these figures it fails.
    coverage: {
      provider: "v8",
      include: ["shared/**/*.ts"],
      exclude: ["**/*.d.ts"],
      thresholds: { lines: 100, branches: 95 },
      reporter: ["text"],
    },
  },
});
