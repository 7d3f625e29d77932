/** @file Bad input: each a clear error that names file and place, exit code 1, nothing written, never a stack trace. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digits, Folder, flowers, flowerTable, idx, inFolder, netc } from "./netc.js";

describe.concurrent("bad model files", () => {
  const texts: readonly (readonly [what: string, content: string | Uint8Array | undefined, says: RegExp])[] = [
    ["missing", undefined, /cannot read model\.net/],
    ["empty", "", /model\.net (is empty|has no model)/],
    ["binary", Uint8Array.from([0, 1, 0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0]), /model\.net:1:1 error\[NET1010\]/],
    ["10 MB large", "// all comment\n".repeat(700_000), /model\.net:1:1 error\[NET1009\]/],
    ["deeply nested", `const a = ${"(".repeat(100_000)}1${")".repeat(100_000)}`, /model\.net:1:\d+ error\[NET1008\]/],
    ["importing itself", 'import { a } from "./model.net"\n', /model\.net:1:\d+ error\[NET2007\]/],
    ["importing nothing that exists", 'import { a } from "./b.net"\n', /model\.net:1:\d+ error\[NET2006\]/],
    ["half a file", flowers.slice(0, flowers.indexOf("-> softmax") + 3), /model\.net:\d+:\d+ error\[NET1001\]/],
  ];
  it.each(texts)("%s", (_, content, says) =>
    inFolder(content === undefined ? {} : { "model.net": content }, async (folder) => {
      const before = folder.list();
      for (const command of ["check", "build"]) {
        const { code, out, err } = await folder.run(command, "model.net");
        expect(out + err).toMatch(says);
        expect(code).toBe(1);
      }
      expect(folder.list()).toEqual(before);
    }),
  );
});

describe.concurrent("bad tables", () => {
  const table = flowerTable();
  const texts: readonly (readonly [what: string, table: string | undefined, says: readonly (string | RegExp)[]])[] = [
    ["no file", undefined, ["cannot read the data file", "flowers.csv"]],
    ["no rows", "length,width,kind\n", ["flowers.csv"]],
    ["nothing at all", "", ["flowers.csv"]],
    ["a missing column", table.replace("width", "weight"), ["flowers.csv:1", '"width"', '"weight"']],
    ["a word among numbers", `${table}wide,1,rose\n`, ["flowers.csv:50", "length", "wide"]],
    ["a value that is no number", `${table}NaN,1,rose\n`, ["flowers.csv:50", "length", "NaN"]],
    ["a short row", `${table}1,2\n`, ["flowers.csv:50"]],
    [
      "a label outside the classes",
      `${table}1,1,roze\n`,
      ["flowers.csv:50", "kind", "roze", '"rose"', '"tulip"', '"aster"'],
    ],
  ];
  it.each(texts)("%s", (_, content, says) =>
    inFolder(
      { "flowers.net": flowers, ...(content === undefined ? {} : { "flowers.csv": content }) },
      async (folder) => {
        const { code, err } = await folder.run("train", "flowers.net", "--save", "w.safetensors");
        for (const part of says) expect(err).toMatch(part);
        expect(code).toBe(1);
        expect(folder.list()).not.toContain("w.safetensors");
      },
    ),
  );
});

describe.concurrent("bad arrays", () => {
  const pixels = Array.from({ length: 8 * 16 }, (_, k) => (k * 31) % 256);
  const images = idx([8, 4, 4], pixels);
  const labels = idx([8], [0, 1, 2, 0, 1, 2, 0, 1]);
  const files: readonly (readonly [what: string, images: Uint8Array, labels: Uint8Array, says: readonly RegExp[]])[] = [
    ["a truncated file", images.subarray(0, 100), labels, [/images\.idx/, /cut short|truncated|bytes/]],
    ["no IDX file", new TextEncoder().encode("hello, world"), labels, [/images\.idx/]],
    ["an empty file", new Uint8Array(), labels, [/images\.idx/]],
    ["truncated gzip", Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]), labels, [/images\.idx/]],
    ["another image size", idx([8, 2, 8], pixels), labels, [/images\.idx/, /4/, /2/]],
    ["a label out of range", images, idx([8], [0, 1, 2, 3, 0, 1, 2, 0]), [/labels\.idx/, /\b3\b/]],
    ["fewer labels than images", images, idx([7], [0, 1, 2, 0, 1, 2, 0]), [/\b7\b/, /\b8\b/]],
  ];
  it("trains on good ones", () =>
    inFolder({ "digits.net": digits, "images.idx": images, "labels.idx": labels }, async (folder) => {
      expect((await folder.run("train", "digits.net")).code).toBe(0);
    }));
  it.each(files)("%s", (_, first, second, says) =>
    inFolder({ "digits.net": digits, "images.idx": first, "labels.idx": second }, async (folder) => {
      const { code, err } = await folder.run("train", "digits.net", "--save", "w.safetensors");
      for (const part of says) expect(err).toMatch(part);
      expect(code).toBe(1);
      expect(folder.list()).toEqual(["digits.net", "images.idx", "labels.idx"]);
    }),
  );
});

describe("bad weights", () => {
  let folder: Folder;
  beforeAll(async () => {
    folder = new Folder({ "flowers.net": flowers, "flowers.csv": flowerTable() });
    folder.write("wider.net", flowers.replace("dense(3) as head", "dense(5) as hidden -> relu -> dense(3) as head"));
    expect((await folder.run("train", "flowers.net", "--epochs", "1", "--save", "w.safetensors")).code).toBe(0);
    const bytes = readFileSync(join(folder.path, "w.safetensors"));
    writeFileSync(join(folder.path, "cut.safetensors"), bytes.subarray(0, bytes.length - 5));
    writeFileSync(join(folder.path, "short.safetensors"), bytes.subarray(0, 20));
    folder.write("text.safetensors", "these are no weights");
  });
  afterAll(() => folder.remove());

  it.each([
    ["missing", "flowers.net", "none.safetensors", [/cannot read the weights none\.safetensors/]],
    ["cut", "flowers.net", "cut.safetensors", [/cut\.safetensors/]],
    ["cut in the header", "flowers.net", "short.safetensors", [/short\.safetensors/]],
    ["text", "flowers.net", "text.safetensors", [/text\.safetensors/]],
    [
      "of another model",
      "wider.net",
      "w.safetensors",
      [/w\.safetensors/, /"hidden\.kernel" is missing/, /head\.kernel.*\[5, 3\].*\[2, 3\]/],
    ],
  ] as const)("%s", async (_, model, weights, says) => {
    const [evaluated, resumed] = await Promise.all([
      folder.run("eval", model, "--weights", weights),
      folder.run("train", model, "--resume", weights, "--strict", "--save", "new.safetensors"),
    ]);
    for (const { code, err } of [evaluated, resumed]) {
      for (const part of says) expect(err).toMatch(part);
      expect(code).toBe(1);
    }
    expect(folder.list()).not.toContain("new.safetensors");
  });

  it("does not write over weights when training fails", async () => {
    const before = readFileSync(join(folder.path, "w.safetensors"));
    const { code } = await folder.run("train", "flowers.net", "--data", "nowhere", "--save", "w.safetensors");
    expect(code).toBe(1);
    expect(readFileSync(join(folder.path, "w.safetensors")).equals(before)).toBe(true);
  });
});

describe.concurrent("wrong usage", () => {
  it.each([
    [["frobnicate"], /unknown command 'frobnicate'/],
    [["trian"], /Did you mean train\?/],
    [[], /Usage: netc/],
    [["train"], /missing required argument/],
    [["check", "a.net", "--frob"], /unknown option '--frob'/],
    [["train", "a.net", "--epochs", "many"], /whole number/],
    [["train", "a.net", "--batch", "0"], /at least 1/],
    [["build", "examples/iris.net", "--target", "fortran"], /unknown target fortran/],
    [["build", "examples/iris.net", "--fallback", "fortran"], /unknown fallback fortran/],
    [["build", "examples/iris.net", "--print", "wat", "--target", "typescript"], /needs --target wasm/],
    [["train", "examples/iris.net", "--threads", "65"], /from 1 to 64, found "65"/],
    [["graph", "examples/iris.net", "--format", "png"], /unknown format png/],
    [["eval", "examples/iris.net"], /--weights/],
  ] as const)("netc %j", async (args, says) => {
    const { code, err } = await netc(".", ...args);
    expect(err).toMatch(says);
    expect(code).toBe(2);
  });

  it("an unknown code, an unknown model", async () => {
    const code = await netc(".", "explain", "NET7100");
    expect([code.code, code.err]).toEqual([1, expect.stringContaining("no diagnostic has the code NET7100")]);
    const model = await netc(".", "summary", "examples/iris.net", "--model", "Irs");
    expect([model.code, model.err]).toEqual([1, expect.stringContaining("did you mean Iris?")]);
  });
});
