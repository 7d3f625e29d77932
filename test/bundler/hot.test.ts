/** @file Vite's server in headless Chromium: edits of a `.net` file reach the running page, its nets keep their weights, errors show. */
import { type ChildProcess, spawn } from "node:child_process";
import { type Browser, chromium, type ConsoleMessage, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "../browser/chromium.js";
import { App, flowers, Package } from "./app.js";

const served = `import { createServer } from "vite";
import netc from "netc/vite";
const server = await createServer({
  configFile: false, root: process.cwd(), cacheDir: process.cwd() + "/.cache", plugins: [netc()], logLevel: "error", server: { port: 0 },
});
await server.listen();
console.log(server.resolvedUrls.local[0]);
`;
/** The names tell whether the page was loaded again. */
const page = `import { Flowers, FlowersPredictor } from "./flowers.net";
const size = [1, 1, 4, 1, 1, 4];
const net = Flowers.create({ seed: 1 });
for (let k = 0; k < 20; k++) net.trainStep({ size, kind: ["rose", "tulip", "aster"] });
const predictor = FlowersPredictor.create();
predictor.copyFrom(net);
const head = () => [net, predictor].map(({ parameters }) => Array.from(parameters.head.kernel));
const learn = (options) => net.fit({ size, kind: [0, 1, 2] }, options);
Object.assign(globalThis, { Flowers, net, head, learn, loaded: performance.timeOrigin });
`;
/** Trains in a worker. */
const outside = `import { Flowers, FlowersWorker } from "./flowers.net";
const net = await FlowersWorker.create({ worker: new Worker(new URL("./worker.js", import.meta.url), { type: "module" }) });
await net.fit({ size: [1, 1, 4, 1, 1, 4], kind: ["rose", "tulip", "aster"] }, { epochs: 5 });
const { chance } = await net.predict({ size: [1, 1] });
Object.assign(globalThis, { chance, names: Object.keys(Flowers.shapes.parameters), loaded: performance.timeOrigin });
`;

if (!chromiumPath) console.warn("no CHROMIUM_PATH, and no chromium on PATH: hot reload is not tested");

describe.skipIf(!chromiumPath)("under Vite's server", () => {
  let pack: Package;
  let app: App;
  let server: ChildProcess;
  let browser: Browser;
  let tab: Page;
  beforeAll(async () => {
    pack = new Package();
    app = new App({
      "flowers.net": flowers,
      "page.js": page,
      "serve.mjs": served,
      "index.html": '<!doctype html><script type="module" src="/page.js"></script>',
      "outside.js": outside,
      "worker.js": 'import { serveFlowers } from "./flowers.net";\nserveFlowers();\n',
      "outside.html": '<!doctype html><script type="module" src="/outside.js"></script>',
    });
    app.link(pack);
    server = spawn(process.execPath, ["serve.mjs"], { cwd: app.path, stdio: ["ignore", "pipe", "inherit"] });
    const url = await new Promise<string>((done) => server.stdout!.once("data", (text) => done(String(text).trim())));
    browser = await chromium.launch({ executablePath: chromiumPath!, headless: true, args: ["--no-sandbox"] });
    tab = await browser.newPage();
    await tab.goto(url);
    await tab.waitForFunction("globalThis.net");
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server?.kill();
    app?.remove();
    pack?.remove();
  });
  const edit = (from: string, to: string) => app.write("flowers.net", flowers.replace(from, to));
  const until = (condition: string) => tab.waitForFunction(condition, undefined, { timeout: 60_000 });

  test("a rate that changes leaves the weights of nets as they are, and training goes on", async () => {
    const before = await tab.evaluate("[loaded, net.step, head()]");
    const predicate = (message: ConsoleMessage) => message.text().includes("2 of 2 tensors kept, training goes on");
    const anew = tab.waitForEvent("console", { predicate, timeout: 60_000 });
    edit("adam(0.1)", "adam(0.2)");
    await anew;
    expect(await tab.evaluate("[loaded, net.step, head()]")).toEqual(before);
  });

  test("a layer before the last: what fits is kept, the page is not loaded again", async () => {
    const loaded = await tab.evaluate("loaded");
    edit("dense(3) as head", "dense(2) as more -> dense(3) as head");
    await until('"more.kernel" in Flowers.shapes.parameters');
    expect(await tab.evaluate("[loaded, Object.keys(net.parameters)]")).toEqual([loaded, ["more", "head"]]);
    expect(await tab.evaluate("net.predict({ size: [1, 1] }).chance.length")).toBe(3);
  });

  test("training that runs goes on with the new model", { timeout: 120_000 }, async () => {
    await tab.evaluate(
      "net.initialize(); void (globalThis.done = learn({ epochs: 1e9, signal: globalThis.stop = { aborted: false } }))",
    );
    await until("net.step > 5");
    edit("dense(3) as head", "dense(5) as more -> dense(3) as head");
    await until("Flowers.shapes.parameters['more.bias'][0] === 5 && net.step > 5");
    const stopped = await tab.evaluate("stop.aborted = true, done.then(({ stopped }) => stopped)");
    expect(stopped).toBe("aborted");
  });

  test("a syntax error shows Vite's overlay with the frame, which goes away when it is mended", async () => {
    const overlay = "document.querySelector('vite-error-overlay')";
    const loaded = await tab.evaluate("loaded");
    edit("-> softmax", "-> softmax (");
    await until(`${overlay} !== null`);
    const shown = String(await tab.evaluate(`${overlay}.shadowRoot.querySelector('.window').textContent`));
    expect(shown).toContain("NET1001");
    expect(shown).toContain("output chance = size -> dense(3) as head -> softmax (");
    // The old model still predicts.
    expect(await tab.evaluate("net.predict({ size: [1, 1] }).chance.length")).toBe(3);
    edit("", "");
    await until(`${overlay} === null && !("more.kernel" in Flowers.shapes.parameters)`);
    expect(await tab.evaluate("loaded")).toBe(loaded);
  });

  test("a page whose worker imports the model is loaded again", { timeout: 120_000 }, async () => {
    await tab.goto(new URL("outside.html", tab.url()).href);
    await until("globalThis.chance");
    const loaded = await tab.evaluate("loaded");
    edit("dense(3) as head", "dense(2) as more -> dense(3) as head");
    await until(`globalThis.loaded > ${loaded} && names.includes("more.kernel")`);
    expect(await tab.evaluate("chance.length")).toBe(3);
  });
});
