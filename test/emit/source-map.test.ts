/** @file Source maps of generated modules: what throws in a kernel, and what a profiler measures, is a line of the `.net` file. */
import { SourceMap as NodeSourceMap, type SourceMapPayload } from "node:module";
import { pathToFileURL } from "node:url";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { printSourceMap } from "../../src/emit/source-map.js";
import { type Folder, inFolder } from "../cli/netc.js";

/** One step a line, so that a line says which step it is. */
const layers = `model Layers {
  input  size: f32[64]
  target kind: class[3]
  output chance = size
    -> dense(96) as first
    -> sigmoid
    -> dense(3) as last
    -> softmax
  loss      cross_entropy(chance, kind)
  optimizer adam(0.1)
  train { batch: 64 }
}
`;
const lineOf = (text: string) => layers.split("\n").findIndex((line) => line.includes(text)) + 1;

/** A program around the generated module. */
const program = (body: string) => `import { Layers } from "./layers.net.js";
const net = Layers.create({ seed: 1, target: "typescript" });
const data = { size: Float32Array.from({ length: 64 * 64 }, (_, k) => k % 7), kind: Int32Array.from({ length: 64 }, (_, k) => k % 3) };
${body}`;
async function run(folder: Folder, body: string): Promise<string> {
  folder.write("program.mjs", program(body));
  const args = ["--enable-source-maps", "program.mjs"];
  return promisify(execFile)(process.execPath, args, { cwd: folder.path }).then(
    ({ stdout }) => stdout,
    (error: { readonly stderr: string }) => error.stderr,
  );
}
const built = (body: (folder: Folder) => Promise<void>) =>
  inFolder({ "layers.net": layers, "package.json": '{ "type": "module" }' }, async (folder) => {
    const { code, err } = await folder.run("build", "layers.net", "--emit", "js", "--target", "typescript");
    expect(code, err).toBe(0);
    await body(folder);
  });

it("a throw in a kernel points at the step's line", () =>
  built(async (folder) => {
    // Memory is hidden in a net; here its parameters refuse to be read from one element on.
    const said = await run(
      folder,
      `const { memory } = net[Object.getOwnPropertySymbols(net)[0]];
      const { parameters } = memory;
      const from = 64 * 96 + 96;
      for (const [name, refused] of [["first", (k) => k < from], ["last", (k) => k >= from]]) {
        memory.parameters = new Proxy(parameters, {
          get(target, key) {
            if (/^\\d+$/.test(String(key)) && refused(Number(key))) throw new Error(name);
            return target[key];
          },
        });
        try { net.predict(data); } catch (error) { console.log(error.stack); }
      }`,
    );
    const [first = "", last = ""] = said.split(/^(?=Error: last)/m);
    // The first product is computed where its sigmoid is: a kernel's lines are those of the steps that it ends with.
    expect(first.split("\n")[2]).toContain(`layers.net:${lineOf("-> sigmoid")}:`);
    expect(last.split("\n")[2]).toContain(`layers.net:${lineOf("as last")}:`);
    // What runs the kernels is no step of the model.
    expect(said.split("\n").filter((line) => line.includes("predictRows"))).toEqual([
      expect.stringMatching(/layers\.net\.js:\d+/),
      expect.stringMatching(/layers\.net\.js:\d+/),
    ]);
  }));

it("a profile's kernels are the steps' lines", () =>
  built(async (folder) => {
    const said = await run(
      folder,
      `import { Session } from "node:inspector/promises";
      const session = new Session();
      session.connect();
      await session.post("Profiler.enable");
      await session.post("Profiler.setSamplingInterval", { interval: 100 });
      await session.post("Profiler.start");
      for (let k = 0; k < 200; k++) net.trainStep(data);
      const { profile } = await session.post("Profiler.stop");
      console.log(JSON.stringify(profile.nodes.map(({ callFrame, hitCount }) => ({ ...callFrame, hitCount }))));`,
    );
    const frames = JSON.parse(said) as {
      functionName: string;
      url: string;
      lineNumber: number;
      columnNumber: number;
      hitCount: number;
    }[];
    const map = new NodeSourceMap(
      JSON.parse(readFileSync(join(folder.path, "layers.net.js.map"), "utf8")) as SourceMapPayload,
    );
    const hits = new Map<number, number>();
    for (const { functionName, url, lineNumber, columnNumber, hitCount } of frames) {
      if (url !== pathToFileURL(join(folder.path, "layers.net.js")).href || !functionName.startsWith("train_"))
        continue;
      const entry = map.findEntry(lineNumber, columnNumber);
      // Totals are cleared by a kernel that is no step of the model.
      if (!("originalLine" in entry) || entry.originalSource === undefined) continue;
      expect(entry.originalSource, functionName).toBe("layers.net");
      const line = entry.originalLine + 1;
      hits.set(line, (hits.get(line) ?? 0) + hitCount);
    }
    const [busiest] = [...hits].sort((a, b) => b[1] - a[1])[0]!;
    expect([lineOf("as first"), lineOf("-> sigmoid")]).toContain(busiest);
  }));

it("maps lines as the standard says", () => {
  const one = new SourceFile("one.net", "model One {\n  input x: f32\n}\n");
  const two = new SourceFile("two.net", `${"\n".repeat(1000)}let y = 1`);
  const at = (file: SourceFile, start: number) => ({ file, span: { start, end: start + 1 } });
  const map = printSourceMap([undefined, at(one, 14), at(two, 1004), at(one, 0), undefined, undefined]);
  expect(map.sources).toEqual(["one.net", "two.net"]);
  const node = new NodeSourceMap({ ...map, file: "x.js", sourceRoot: "" } as unknown as SourceMapPayload);
  const found = (line: number) => {
    const entry = node.findEntry(line, 3);
    return "originalLine" in entry ? [entry.originalSource, entry.originalLine, entry.originalColumn] : undefined;
  };
  expect([1, 2, 3].map(found)).toEqual([
    ["one.net", 1, 2],
    ["two.net", 1000, 4],
    ["one.net", 0, 0],
  ]);
  expect(node.findEntry(0, 0)).toEqual({});
  expect(found(4)?.[0]).toBeUndefined();
});
