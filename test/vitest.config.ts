/**
 * @file How the tests run: files share modules, since to load the compiler takes longer than most tests; limits are those of a slow, busy
 * machine.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.test.ts"], testTimeout: 300_000, pool: "forks", isolate: false, maxWorkers: 2 },
});
