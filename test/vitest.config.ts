/**
 * @file How the tests run: files share modules, since to load the compiler takes longer than most tests; limits are those of a slow, busy
 * machine.
 */
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take some ten seconds, the longest first: begun last, one would leave the other worker idle. */
const long = [
  "emit/examples",
  "backends/examples",
  "bundler/bundlers",
  "library/generated",
  "browser/browser",
  "oracle/oracle",
  "cli/commands",
  "lsp/rename-all",
  "bundler/hot",
  "compiler/scale",
  "emit/bounds",
  "cli/killed",
  "cli/prune",
  "examples/cartpole",
  "emit/prune",
].map((name) => `/test/${name}.test.ts`);

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      long.findIndex((name) => moduleId.endsWith(name)) + 1 || long.length + 1;
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 300_000,
    pool: "forks",
    isolate: false,
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    // Generated modules are Node's to load: that Vite transforms each takes longer than to compile the model.
    server: { deps: { external: [/\/netc-[^/]+\/[^/]+\.mjs$/] } },
  },
});
