/** @file Six bundlers build a small program with the packed plugin; the bundles run, and hold only what the program uses. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, App, flowers, Package } from "./app.js";

const bundlers = ["vite", "esbuild", "webpack", "rollup", "rspack", "rolldown"] as const;
type Bundler = (typeof bundlers)[number];

/** Builds `BUNDLER ENTRY` into `out/BUNDLER-ENTRY.mjs`; `twice`: with two plugins. */
const build = `const [which, entry, twice] = process.argv.slice(2);
const { default: netc } = await import("netc/" + which);
const plugins = twice ? [netc(), netc({ target: "typescript" })] : [netc()];
const folder = process.cwd();
const input = folder + "/" + entry;
const file = which + "-" + entry.replace(".js", ".mjs");
const fail = (error) => { console.error(error.message); process.exit(1); };
const by = {
  async vite() {
    const { build } = await import("vite");
    const lib = { entry: input, formats: ["es"], fileName: () => file };
    await build({ configFile: false, logLevel: "warn", plugins, build: { outDir: "out", emptyOutDir: false, lib, sourcemap: true, minify: true } });
  },
  async esbuild() {
    const { build } = await import("esbuild");
    await build({ entryPoints: [input], bundle: true, format: "esm", outfile: "out/" + file, plugins, minify: true, sourcemap: true });
  },
  async rollup() {
    const { rollup } = await import("rollup");
    await (await rollup({ input, plugins, onLog: (_, log) => console.error(log.message) })).write({ file: "out/" + file, sourcemap: true });
  },
  async rolldown() {
    const { rolldown } = await import("rolldown");
    await (await rolldown({ input, plugins })).write({ file: "out/" + file, sourcemap: true, minify: true });
  },
  webpack: async () => pack((await import("webpack")).default),
  rspack: async () => pack((await import("@rspack/core")).rspack),
};
const pack = (run) => new Promise((done) => {
  const output = { path: folder + "/out", filename: file, library: { type: "module" } };
  const options = { mode: "production", target: "node", devtool: "source-map", entry: input, experiments: { outputModule: true }, output, plugins };
  run(options, (error, stats) => {
    if (error) fail(error);
    console.error(stats.toString({ all: false, errors: true, warnings: true, colors: false }));
    if (stats.hasErrors()) process.exitCode = 1;
    done();
  });
});
await by[which]().catch(fail);
`;
const files = {
  "build.mjs": build,
  "flowers.net": flowers,
  "broken.net": flowers.replace("softmax", "sofmax"),
  "train.js": `import { Flowers } from "./flowers.net";
const net = Flowers.create({ seed: 1 });
const size = [1, 1, 4, 1, 1, 4];
for (let k = 0; k < 50; k++) net.trainStep({ size, kind: ["rose", "tulip", "aster"] });
console.log(net.target, Array.from(net.predict({ size }).chance, Math.round).join());
`,
  "predict.js": `import { FlowersPredictor } from "./flowers.net";
console.log(FlowersPredictor.create({ seed: 1 }).predict({ size: [1, 1] }).chance.length);
`,
  "missing.js": 'import { Flowers } from "./nowhere.net";\nconsole.log(Flowers);\n',
  "broken.js": 'import { Flowers } from "./broken.net";\nconsole.log(Flowers);\n',
};

describe("bundlers", () => {
  let pack: Package;
  let app: App;
  beforeAll(() => {
    pack = new Package();
    app = new App(pack, files);
  }, 120_000);
  afterAll(() => {
    app?.remove();
    pack?.remove();
  });
  const bundle = (which: Bundler, entry: string, ...more: readonly string[]): Promise<Answer> =>
    app.node("build.mjs", which, entry, ...more);

  describe.each(bundlers)("%s", (which) => {
    test("bundles a program that trains", { timeout: 240_000 }, async () => {
      const { code, err } = await bundle(which, "train.js");
      expect(code, err).toBe(0);
      expect((await app.node(`out/${which}-train.mjs`)).out.trim()).toBe("wasm 1,0,0,0,1,0,0,0,1");
      const map = JSON.parse(app.read(`out/${which}-train.mjs.map`)) as { sources: string[]; sourcesContent: string[] };
      const source = map.sources.findIndex((name) => name.endsWith("flowers.net"));
      expect(map.sourcesContent[source]).toBe(flowers);
    });

    test("bundles a program that only predicts without code for training", { timeout: 240_000 }, async () => {
      const { code, err } = await bundle(which, "predict.js");
      expect(code, err).toBe(0);
      expect((await app.node(`out/${which}-predict.mjs`)).out.trim()).toBe("3");
      const [trains, predicts] = ["train", "predict"].map((entry) => app.read(`out/${which}-${entry}.mjs`));
      for (const symbol of ["trainStep", "initialize(", "stopped", "accuracy"]) expect(trains).toContain(symbol);
      for (const symbol of ["trainStep", "stopped", "accuracy", "learning"]) expect(predicts).not.toContain(symbol);
      expect(predicts!.length).toBeLessThan(trains!.length / 2);
    });

    test("says what is wrong", { timeout: 240_000 }, async () => {
      const missing = await bundle(which, "missing.js");
      expect(missing.code).toBe(1);
      expect(missing.err).toContain("nowhere.net");
      const broken = await bundle(which, "broken.js");
      expect(broken.code).toBe(1);
      for (const part of ["broken.net", "NET2002", "there is no word `sofmax`", "did you mean `softmax`?"])
        expect(broken.err).toContain(part);
      const twice = await bundle(which, "train.js", "twice");
      expect(twice.code).toBe(1);
      expect(twice.err).toContain("the plugin netc is listed twice");
      expect(app.list()).not.toContain("broken.d.net.ts");
      expect(app.list().filter((name) => name.endsWith(".tmp"))).toEqual([]);
    });
  });
});
