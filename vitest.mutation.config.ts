import { defineConfig } from "vitest/config";

/* The tests of the heart, as `npm run mutation` runs them: once for each of two thousand mutants. */
export default defineConfig({
  test: {
    include: ["test/restore/**/*.test.ts", "test/explain.test.ts", "test/watch-restore.test.ts", "test/record.test.ts"],
    // It compiles the heart as it stands on disk, where no mutant is.
    exclude: ["test/restore/purity.test.ts"],
    // The true histories are long: a hundredth of them still tells most mutants.
    provide: { shareOfHistories: 0.01 },
    testTimeout: 30_000,
  },
});
