/**
 * @file From the packed package, installed by npm outside the repository: the starters build and run, and six bundlers build small
 * programs whose bundles run and hold only what the program uses.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "../browser/chromium.js";
import { App, environment, flowers, Package } from "./app.js";

const bundlers = ["vite", "esbuild", "webpack", "rollup", "rspack", "rolldown"] as const;

/** `build.mjs BUNDLER` builds all programs into `out/BUNDLER-PROGRAM.mjs`, and prints what went wrong with each. */
const build = `const which = process.argv[2];
const { default: netc } = await import("netc/" + which);
const cwd = process.cwd();
const pack = (run, input, file, plugins) => new Promise((done, fail) => {
  const output = { path: cwd + "/out", filename: file, library: { type: "module" } };
  const options = { mode: "production", target: "node", devtool: "source-map", entry: input, experiments: { outputModule: true }, output, plugins };
  const end = (error, stats) => {
    const said = stats?.toString({ all: false, errors: true, warnings: true, colors: false });
    if (error || stats.hasErrors() || stats.hasWarnings()) fail(error ?? new Error(said));
    else done();
  };
  try { run(options, end); } catch (error) { fail(error); }
});
const by = {
  async vite(input, file, plugins) {
    const { build } = await import("vite");
    const lib = { entry: input, formats: ["es"], fileName: () => file };
    const options = { outDir: "out", emptyOutDir: false, lib, sourcemap: true, minify: true };
    await build({ configFile: false, logLevel: "silent", plugins, build: options });
  },
  async esbuild(input, file, plugins) {
    const { build } = await import("esbuild");
    const options = { bundle: true, format: "esm", minify: true, sourcemap: true, logLevel: "silent" };
    await build({ entryPoints: [input], outfile: "out/" + file, plugins, ...options });
  },
  async rollup(input, file, plugins) {
    const { rollup } = await import("rollup");
    const onLog = (level, log) => { throw new Error(log.message); };
    await (await rollup({ input, plugins, onLog })).write({ file: "out/" + file, sourcemap: true });
  },
  async rolldown(input, file, plugins) {
    const { rolldown } = await import("rolldown");
    await (await rolldown({ input, plugins })).write({ file: "out/" + file, sourcemap: true, minify: true });
  },
  webpack: async (...of) => pack((await import("webpack")).default, ...of),
  rspack: async (...of) => pack((await import("@rspack/core")).rspack, ...of),
};
const said = {};
for (const [name, entry, plugins] of [
  ["train", "train", [netc()]],
  ["predict", "predict", [netc()]],
  ["missing", "missing", [netc()]],
  ["broken", "broken", [netc()]],
  ["twice", "train", [netc(), netc({ target: "typescript" })]],
])
  said[name] = await by[which](cwd + "/" + entry + ".js", which + "-" + name + ".mjs", plugins).then(() => "", ({ message }) => message);
console.log(JSON.stringify(said));
`;
if (!chromiumPath) console.warn("no CHROMIUM_PATH, and no chromium on PATH: the starter's page is only built");

/** The repository's versions, which the cache of npm is likely to hold. */
const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
  devDependencies: Record<string, string>;
};
const installed = Object.fromEntries(
  ["vite", "esbuild", "webpack", "rollup", "@rspack/core", "rolldown"].map((name) => [name, devDependencies[name]]),
);
const files = {
  // The starters ask for packages of their own.
  "package.json": JSON.stringify({
    type: "module",
    private: true,
    workspaces: ["page", "program"],
    devDependencies: installed,
  }),
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
  "ssr.mjs": `import { build, createServer } from "vite";
import netc from "netc/vite";
const common = { configFile: false, logLevel: "error", plugins: [netc()] };
await build({ ...common, build: { ssr: "train.js", outDir: "out/ssr" } });
await import("./out/ssr/train.js");
const server = await createServer({ ...common, server: { middlewareMode: true, ws: false }, appType: "custom" });
await server.ssrLoadModule("/train.js");
await server.close();
`,
  "missing.js": 'import { Flowers } from "./nowhere.net";\nconsole.log(Flowers);\n',
  "broken.js": 'import { Flowers } from "./broken.net";\nconsole.log(Flowers);\n',
};
type Said = Readonly<Record<"train" | "predict" | "missing" | "broken" | "twice", string>>;

describe("installed", () => {
  let pack: Package;
  let app: App;
  beforeAll(async () => {
    pack = new Package();
    app = new App(files);
    let installs = true;
    const install = async (...packages: readonly string[]) => {
      const { code, err } = await app.npm("install", "--prefer-offline", "--no-audit", "--no-fund", ...packages);
      if (code === 0) return;
      console.warn(`npm cannot install here, so packages are links to the repository's: ${err.split("\n", 1)[0]}`);
      app.link(pack);
      installs = false;
    };
    await install(pack.tarball);
    for (const args of [["page"], ["program", "--template", "node"]]) {
      const made = await app.bin(".", "netc", "init", ...args);
      expect(made.code, made.err).toBe(0);
    }
    if (installs) await install();
  }, 600_000);
  afterAll(() => {
    app?.remove();
    pack?.remove();
  }, 120_000);

  test("the starter for Node trains, saves, and is asked again", { timeout: 120_000 }, async () => {
    const start = () => app.npm("start", "--workspace", "program");
    const [first, second] = [await start(), await start()];
    expect(first.code, first.err).toBe(0);
    expect(Number(/accuracy on new points: ([\d.]+)/.exec(first.out)?.[1])).toBeGreaterThan(0.9);
    expect(second.out).toContain("moons.safetensors is there");
    const answers = ({ out }: { readonly out: string }) => out.match(/is on the upper arc with [\d.]+%/g);
    expect(answers(first)).toHaveLength(2);
    expect(answers(second)).toEqual(answers(first));
  });

  describe("the starter with Vite", () => {
    test("is built under tsc --strict, which rejects wrong labels and inputs", { timeout: 240_000 }, async () => {
      const built = await app.npm("run", "build", "--workspace", "page");
      expect(built.code, built.out + built.err).toBe(0);
      app.write(
        "page/src/wrong.ts",
        `import { Moons } from "./moons.net";
const net = Moons.create();
net.trainStep({ point: [0, 0], arc: ["uper"] });
net.predict({ pint: [0, 0] });
`,
      );
      const { code, out } = await app.bin("page", "tsc");
      expect(code).not.toBe(0);
      expect(out.match(/^\S.*error TS\d+/gm)).toEqual([
        expect.stringMatching(/^src\/wrong\.ts\(3,/),
        expect.stringMatching(/^src\/wrong\.ts\(4,/),
      ]);
      expect(out).toContain("Did you mean '\"upper\"'?");
      expect(out).toContain("Did you mean to write 'point'?");
    });

    test.skipIf(!chromiumPath)("learns on its page", { timeout: 240_000 }, async () => {
      const server = spawn(join(app.path, "node_modules/.bin/vite"), ["preview", "--port", "0"], {
        cwd: join(app.path, "page"),
        env: environment,
        stdio: ["ignore", "pipe", "inherit"],
      });
      const browser = await chromium.launch({ executablePath: chromiumPath!, headless: true, args: ["--no-sandbox"] });
      try {
        let said = "";
        for await (const text of server.stdout) if ((said += String(text)).includes("/\n")) break;
        const page = await browser.newPage();
        await page.goto(/http:\S+/.exec(said)![0]);
        await page.waitForSelector("#again:enabled", { timeout: 200_000 });
        const status = await page.textContent("#status");
        expect(status).toMatch(/^Epoch 150 of 150: loss/);
        expect(Number(/([\d.]+)% right/.exec(status!)![1])).toBeGreaterThan(90);
      } finally {
        await browser.close();
        server.kill();
      }
    });
  });

  test("Vite's server side builds a program, and runs it as it is", { timeout: 120_000 }, async () => {
    const { code, out, err } = await app.node("ssr.mjs");
    expect(code, err).toBe(0);
    expect(out).toBe("wasm 1,0,0,0,1,0,0,0,1\n".repeat(2));
  });

  describe.each(bundlers)("%s", (which) => {
    let said: Said;
    beforeAll(async () => {
      const { code, out, err } = await app.node("build.mjs", which);
      expect(code, err).toBe(0);
      said = JSON.parse(out.trim().split("\n").at(-1)!) as Said;
    }, 240_000);

    test("bundles a program that trains, and maps it to its source", async () => {
      expect(said.train).toBe("");
      expect((await app.node(`out/${which}-train.mjs`)).out.trim()).toBe("wasm 1,0,0,0,1,0,0,0,1");
      const map = JSON.parse(app.read(`out/${which}-train.mjs.map`)) as { sources: string[]; sourcesContent: string[] };
      const source = map.sources.findIndex((name) => name.endsWith("flowers.net"));
      expect(map.sourcesContent[source]).toBe(flowers);
      expect(app.list()).toContain("flowers.d.net.ts");
    });

    test("bundles a program that only predicts without code for training", async () => {
      expect(said.predict).toBe("");
      expect((await app.node(`out/${which}-predict.mjs`)).out.trim()).toBe("3");
      const [trains = "", predicts = ""] = ["train", "predict"].map((name) => app.read(`out/${which}-${name}.mjs`));
      for (const symbol of ["trainStep", "budgetMs", "stopped", "migrate"]) {
        expect(trains).toContain(symbol);
        expect(predicts).not.toContain(symbol);
      }
      // Programs as WebAssembly: one to find vectors, one that predicts, one that trains.
      expect([trains, predicts].map((text) => text.match(/0061736d01/g)!.length)).toEqual([3, 2]);
      expect(predicts.length).toBeLessThan(trains.length / 2);
    });

    test("says what is wrong, and writes no types for it", () => {
      expect(said.missing).toContain("nowhere.net");
      for (const part of ["broken.net", "NET2002", "there is no word `sofmax`", "did you mean `softmax`?"])
        expect(said.broken).toContain(part);
      expect(said.twice).toContain("the plugin netc is listed twice");
      expect(app.list().filter((name) => name === "broken.d.net.ts" || name.endsWith(".tmp"))).toEqual([]);
    });
  });
});
