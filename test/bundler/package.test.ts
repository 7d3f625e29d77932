/** @file The packed package: small, lean, every entry with types, and types of models that reject what does not fit. */
import { readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { App, flowers, type Manifest, Package } from "./app.js";

/** NETC_NODE names another one: from 22.15 on, its hooks are in the thread that imports. */
const nodes = [process.execPath, ...(process.env["NETC_NODE"] ?? "").split(delimiter)].filter((path) => path !== "");

describe("the package", () => {
  let pack: Package;
  let app: App;
  let manifest: Manifest;
  beforeAll(() => {
    pack = new Package();
    app = new App({ "flowers.net": flowers });
    app.link(pack);
    manifest = JSON.parse(app.read("node_modules/netc/package.json")) as Manifest;
  }, 120_000);
  afterAll(() => {
    app?.remove();
    pack?.remove();
  });
  const typeErrors = (text: string, skipLibCheck = true): string[] => {
    app.write("program.ts", text);
    const program = ts.createProgram([join(app.path, "program.ts")], {
      strict: true,
      noEmit: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      allowArbitraryExtensions: true,
      skipLibCheck,
      types: [],
    });
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  };

  test("is under a megabyte, without tests, examples or the repository's tools", () => {
    expect(pack.bytes).toBeLessThan(1e6);
    const names = readdirSync(join(app.path, "node_modules/netc"), { recursive: true }).map(String);
    const others = names.filter((name) => !name.includes("package/templates"));
    expect(others.filter((name) => /(^|\/)(test|examples|build|decisions)\/|\.(map|net)$/.test(name))).toEqual([]);
    expect(names).toContain("LICENSE");
  });

  test("depends on few packages", () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(["prettier", "unplugin"]);
  });

  test("every entry is a module with types", { timeout: 240_000 }, async () => {
    const entries = Object.keys(manifest.exports).map((name) => join("netc", name));
    expect(entries).toEqual(
      expect.arrayContaining([
        "netc",
        ...["vite", "rollup", "rolldown", "webpack", "rspack", "esbuild", "register", "data"].map(
          (name) => `netc/${name}`,
        ),
      ]),
    );
    const modules = entries.filter((name) => !name.endsWith(".json"));
    const script = `for (const name of ${JSON.stringify(modules)}) console.log(name, Object.keys(await import(name)).join());`;
    app.write("entries.mjs", script);
    const { code, out, err } = await app.node("entries.mjs");
    expect(code, err).toBe(0);
    expect(out).toContain("netc/vite default\n");
    expect(out).toMatch(/^netc .*buildModule.*createProject/);
    const imports = modules.map((name) => `import ${JSON.stringify(name)};\nexport * from ${JSON.stringify(name)};`);
    const wrong = 'import netc from "netc/vite";\nnetc({ target: "wasn" });';
    expect(typeErrors([...imports, wrong].join("\n"))).toEqual([expect.stringContaining('"wasn"')]);
    // Unplugin names the types of bundlers that are not installed here; these name none.
    expect(typeErrors('export * from "netc";\nexport { parseCsv } from "netc/data";', false)).toEqual([]);
  });

  test("the compiler imports nothing of Node, so that it runs in browsers", async () => {
    app.write(
      "bundle.mjs",
      `import { build } from "esbuild";
      await build({ stdin: { contents: 'export * from "netc"', resolveDir: "." }, bundle: true, format: "esm", platform: "browser", outfile: "netc.mjs" });
      const { buildModule, createProject } = await import("./netc.mjs");
      const project = createProject({ readText: () => ${JSON.stringify(flowers)}, resolve: (path) => path });
      console.log(buildModule(project, "flowers.net", { language: "js" }).creators.join());`,
    );
    const { code, out, err } = await app.node("bundle.mjs");
    expect(code, err).toBe(0);
    expect(out.trim()).toBe("Flowers,FlowersPredictor");
  });

  test("its command builds types that accept a model's labels and inputs, and reject others", async () => {
    const built = await app.bin(".", "netc", "build", "flowers.net", "--emit", "types");
    expect(built.code, built.err).toBe(0);
    const data = [
      '{ size: [1, 2], kind: ["rose"] }',
      '{ size: [1, 2], kind: ["rse"] }',
      '{ siz: [1, 2], kind: ["rose"] }',
    ];
    const steps = data.map((of, k) => `export const { loss: loss${k} } = net.trainStep(${of});\n`).join("");
    const errors = typeErrors(`import { Flowers } from "./flowers.net";\nconst net = Flowers.create();\n${steps}`);
    expect(errors).toEqual([
      expect.stringContaining("Did you mean '\"rose\"'?"),
      expect.stringContaining("Did you mean to write 'size'?"),
    ]);
  });

  test.each(nodes)("Node imports and requires .net files: %s", async (node) => {
    app.write(
      "app.js",
      'import { Flowers } from "./flowers.net";\nconsole.log(Flowers.create().predict({ size: [1, 2] }).chance.length);\n',
    );
    app.write("broken/a.net", flowers.replace("softmax", "sofmax"));
    app.write("broken.js", 'import "./broken/a.net";\n');
    app.write("broken.cjs", 'require("./broken/a.net");\n');
    app.write(
      "app.cjs",
      `const { Flowers } = require("./flowers.net");
      import("./flowers.net").then((again) => console.log(Flowers.create().seed, again.Flowers === Flowers));`,
    );
    app.write("missing.js", 'import "./nowhere.net";\n');
    const run = (name: string) => app.execute(node, ["--import", "netc/register", name]);
    app.write("flowers.d.net.ts", "export {};\n");
    const names = ["app.js", "broken.js", "missing.js", "app.cjs", "broken.cjs"];
    const [whole, broken, missing, required, requiredBroken] = await Promise.all(names.map(run));
    expect([whole!.code, whole!.out], whole!.err).toEqual([0, "3\n"]);
    expect([required!.code, required!.out], required!.err).toEqual([0, "0 true\n"]);
    expect(whole!.err).toContain("flowers.d.net.ts is stale: netc build --emit types writes it anew");
    expect(broken!.code).toBe(1);
    for (const { err } of [broken!, requiredBroken!]) {
      expect(err).toContain("broken/a.net:6:47 error[NET2002]: there is no word `sofmax`");
      expect(err).not.toMatch(/at .*node-loader/);
    }
    expect(missing!.err).toContain("nowhere.net");
    expect(readdirSync(join(app.path, "broken"))).toEqual(["a.net"]);
  });
});
