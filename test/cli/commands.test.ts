/** @file The commands as people and scripts use them: what they print, write and answer. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { commandLine } from "../../src/cli/command-line.js";
import { nodeTerminal } from "../../src/cli/terminal.js";
import { Folder, flowers, flowerTable, inFolder, netc } from "./netc.js";

const lines = (text: string) => text.trimEnd().split("\n");
const objects = (text: string) => lines(text).map((line) => JSON.parse(line) as Record<string, unknown>);

describe.concurrent("netc check", () => {
  it("says nothing of a right file", () =>
    inFolder({ "flowers.net": flowers }, async (folder) => {
      expect(await folder.run("check", "flowers.net")).toEqual({ code: 0, out: "", err: "" });
    }));

  it("shows errors with place, carets and help, and answers 1", () =>
    inFolder({ "a.net": flowers.replace("softmax", "sofmax") }, async (folder) => {
      const { code, out, err } = await folder.run("check", "a.net");
      expect(code).toBe(1);
      expect(out).toContain("a.net:6:47 error[NET2002]");
      expect(out).toMatch(/\^{6}\n/);
      expect(out).toContain("did you mean `softmax`?");
      expect(err).toContain("1 error, 0 warnings");
    }));

  it("checks the other files where one cannot be read, and says so in JSON, too", () =>
    inFolder({ "a.net": flowers.replace("-> softmax", "-> softmx"), "empty.net": "" }, async (folder) => {
      const files = ["no.net", "empty.net", "a.net"];
      const { code, out, err } = await folder.run("check", ...files);
      expect(code).toBe(1);
      expect(out).toContain("did you mean `softmax`?");
      expect(err).toMatch(/cannot read no\.net.*\n.*empty\.net is empty/);
      const json = await folder.run("check", ...files, "--json");
      expect(json.code).toBe(1);
      expect(JSON.parse(json.out)).toMatchObject(files.map((file) => ({ file, severity: "error" })));
    }));

  it("answers 0 to warnings, and gives all files' diagnostics as one JSON array", () =>
    inFolder({ "a.net": flowers, "b.net": flowers.replace("as head", "-> relu") }, async (folder) => {
      const { code, out } = await folder.run("check", "a.net", "b.net", "--json");
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject([
        {
          code: "NET7002",
          severity: "warning",
          file: "b.net",
          line: 6,
          column: 39,
          endLine: 6,
          endColumn: 43,
          fix: { edits: [{ text: "" }] },
        },
      ]);
    }));
});

describe.concurrent("netc build", () => {
  it("writes a module, and only what changed", () =>
    inFolder({ "flowers.net": flowers }, async (folder) => {
      expect((await folder.run("build", "flowers.net", "-o", "out")).code).toBe(0);
      expect(folder.list()).toEqual(["flowers.net", "flowers.net.ts"]);
      const path = join(folder.path, "out", "flowers.net.ts");
      const before = statSync(path, { bigint: true }).mtimeNs;
      expect(readFileSync(path, "utf8")).toContain('export type FlowersKind = "rose" | "tulip" | "aster";');
      const again = await folder.run("build", "flowers.net", "-o", "out");
      expect([again.code, again.err.includes("unchanged")]).toEqual([0, true]);
      expect(statSync(path, { bigint: true }).mtimeNs).toBe(before);
    }));

  it("writes JavaScript with declarations and a source map that finds the source", () =>
    inFolder({ "flowers.net": flowers }, async (folder) => {
      expect((await folder.run("build", "flowers.net", "--emit", "js", "-o", "out/deep")).code).toBe(0);
      expect(folder.list()).toEqual(["flowers.net", "flowers.net.d.ts", "flowers.net.js", "flowers.net.js.map"]);
      const read = (name: string) => readFileSync(join(folder.path, "out/deep", name), "utf8");
      expect(read("flowers.net.js").trimEnd().split("\n").at(-1)).toBe("//# sourceMappingURL=flowers.net.js.map");
      const { sources } = JSON.parse(read("flowers.net.js.map")) as { readonly sources: readonly string[] };
      expect(sources).toContain("../../flowers.net");
    }));

  it("writes the types of what a bundler's plugin compiles", () =>
    inFolder({ "flowers.net": flowers }, async (folder) => {
      expect((await folder.run("build", "flowers.net", "--emit", "types")).code).toBe(0);
      expect(folder.list()).toEqual(["flowers.d.net.ts", "flowers.net"]);
    }));

  it("chooses target, fallback and form", () =>
    inFolder({ "flowers.net": flowers }, async (folder) => {
      const build = async (...args: readonly string[]) => {
        const { code, out } = await folder.run("build", "flowers.net", "-o", args.join(), ...args);
        expect(code).toBe(0);
        return { out, text: () => readFileSync(join(folder.path, args.join(), "flowers.net.ts"), "utf8") };
      };
      const [whole, plain, bare, wat] = await Promise.all([
        build(),
        build("--target", "typescript"),
        build("--fallback", "none"),
        build("--print", "wat"),
      ]);
      const training = /^function train_/m;
      const binary = /binary:\s*"0061736d/;
      expect([training.test(whole.text()), binary.test(whole.text())]).toEqual([true, true]);
      expect([training.test(plain.text()), binary.test(plain.text())]).toEqual([true, false]);
      expect([training.test(bare.text()), binary.test(bare.text())]).toEqual([false, true]);
      expect(wat.out).toMatch(/^\(module\n[^]*\(export "predict"[^]*\n\(module\n[^]*\(export "train"/);
    }));

  it("builds the other files where one has errors; one folder has no room for two of one name", () =>
    inFolder({ "a.net": "", "b.net": flowers }, async (folder) => {
      const { code, err } = await folder.run("build", "a.net", "b.net");
      expect(code).toBe(1);
      expect(err).toContain("a.net has no model");
      expect(folder.list()).toEqual(["a.net", "b.net", "b.net.ts"]);
      expect(await folder.run("build", "a/b.net", "b.net", "-o", "out")).toMatchObject({ code: 2 });
    }));

  it("writes nothing for a file with errors", () =>
    inFolder({ "a.net": flowers.replace("dense(3)", "dense(0.5)") }, async (folder) => {
      const { code, err } = await folder.run("build", "a.net");
      expect(code).toBe(1);
      expect(err).toContain("error[NET");
      expect(folder.list()).toEqual(["a.net"]);
    }));
});

describe("netc train, eval, predict", () => {
  let folder: Folder;
  beforeAll(async () => {
    folder = new Folder({ "flowers.net": flowers, "flowers.csv": flowerTable() });
    const { code, err } = await folder.run("train", "flowers.net", "--save", "w.safetensors");
    expect(code, err).toBe(0);
  });
  afterAll(() => folder.remove());
  const train = async (...args: readonly string[]) =>
    objects((await folder.run("train", "flowers.net", "--json", ...args)).out);

  it("says that there is nothing to train in a model without parameters", async () => {
    folder.write(
      "same.net",
      flowers.replace("size -> dense(3) as head -> softmax", "[size[0], size[1], 1] -> softmax"),
    );
    for (const command of ["train", "bench"])
      expect(await folder.run(command, "same.net")).toMatchObject({
        code: 1,
        err: expect.stringContaining("Flowers has nothing to train"),
      });
  });

  it("reads truth values from several columns, and takes no other number of them", async () => {
    folder.write("bits.csv", "a,b\ntrue,false\nfalse,false\ntrue,true\n");
    const bits = (columns: string) => `model Bits {
      input x: bool[2]
      output y = where(x, 1, 0) -> dense(2)
      loss mean_squared_error(y, where(x, 1, 0))
      optimizer sgd(0.1)
      data { x: csv("bits.csv", columns: [${columns}]) }
      train { batch: 3, epochs: 1 }
    }`;
    folder.write("bits.net", bits('"a", "b"'));
    const { code, err } = await folder.run("train", "bits.net", "--save", "bits.safetensors");
    expect(code, err).toBe(0);
    folder.write("bits.net", bits('"a"'));
    expect(await folder.run("train", "bits.net")).toMatchObject({
      code: 1,
      err: expect.stringContaining("x takes 2 values per example, but 1 column is bound to it"),
    });
  });

  it("prints metrics with axes as lists, and errors as JSON, too; two outputs are two files", async () => {
    folder.write("matrix.net", flowers.replace(/^  metric .*$/m, "  metric confusion_matrix(chance, kind)"));
    const { out } = await folder.run("train", "matrix.net", "--json", "--epochs", "1", "--save", "matrix.safetensors");
    const wanted = Array.from({ length: 9 }, () => expect.any(Number));
    expect(objects(out)[0]).toMatchObject({ confusion_matrix: wanted });
    const wrong = await folder.run("eval", "matrix.net", "--json", "--weights", "flowers.csv");
    expect([wrong.code, objects(wrong.out)]).toMatchObject([
      1,
      [{ error: expect.stringMatching(/^flowers\.csv: not a/) }],
    ]);
    const twice = await folder.run("train", "matrix.net", "--save", "a", "--csv", "./a");
    expect([twice.code, folder.list().includes("a")]).toEqual([2, false]);
  });

  it("prints epochs and the test as JSON lines; the same twice, another with another seed", async () => {
    const [first, second, other] = await Promise.all([train(), train(), train("--seed", "9")]);
    expect(first.slice(0, -1).map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, k) => k + 1));
    expect(first[0]).toMatchObject({ loss: expect.any(Number), accuracy: expect.any(Number) });
    const last = first.at(-1)!;
    expect(last).toMatchObject({
      test: { loss: expect.any(Number), accuracy: 1 },
      seconds: expect.any(Number),
      examplesPerSecond: expect.any(Number),
      parameters: 9,
      weightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(second.at(-1)!["weightsSha256"]).toBe(last["weightsSha256"]);
    expect(other.at(-1)!["weightsSha256"]).not.toBe(last["weightsSha256"]);
  });

  it("gives the same bytes on any number of threads, and much the same metrics on the other target", async () => {
    const [one, two, other] = await Promise.all([
      train("--threads", "1"),
      train("--threads", "2"),
      train("--target", "typescript"),
    ]);
    expect(two.at(-1)!["weightsSha256"]).toBe(one.at(-1)!["weightsSha256"]);
    expect(Number(other[0]!["loss"])).toBeCloseTo(Number(one[0]!["loss"]), 4);
  });

  it("goes on from a saved file as if never stopped", async () => {
    const [whole] = await Promise.all([train("--epochs", "4"), train("--epochs", "2", "--save", "half.safetensors")]);
    const rest = await train("--epochs", "4", "--resume", "half.safetensors");
    expect(rest.slice(0, -1).map(({ epoch }) => epoch)).toEqual([3, 4]);
    expect(rest.at(-1)!["weightsSha256"]).toBe(whole.at(-1)!["weightsSha256"]);
  });

  it("goes on with the weights that fit an edited model, says which, and refuses where told to be strict", async () => {
    folder.write("edited.net", flowers.replace("dense(3) as head", "dense(3) as mouth -> dense(3) as head"));
    const resume = ["train", "edited.net", "--epochs", "1", "--resume", "w.safetensors"];
    const [shown, strict, alone] = await Promise.all([
      folder.run(...resume),
      folder.run(...resume, "--strict"),
      folder.run("train", "edited.net", "--strict"),
    ]);
    expect(shown.code).toBe(0);
    expect(shown.err).toMatch(/^mouth\.kernel +\[2, 3\] +renamed from head\.kernel$/m);
    expect(shown.err).toMatch(/^head\.kernel +\[3, 3\] +initialized$/m);
    expect(strict.code).toBe(1);
    expect(strict.err).toContain('"mouth.kernel" is missing');
    expect([alone.code, alone.err]).toEqual([2, "error: --strict needs --resume\n"]);
    const [first] = objects((await folder.run(...resume, "--json")).out);
    expect(first).toMatchObject({ migration: { resumes: false, unused: [], tensors: { length: 4 } } });
    const { code, err } = await folder.run("train", "flowers.net", "--resume", "flowers.csv");
    expect([code, err.startsWith("error: flowers.csv: ")]).toEqual([1, true]);
  });

  it("takes limits of examples, epochs, steps and batches", async () => {
    const [limited, stepped] = await Promise.all([
      train("--limit", "10", "--batch", "5", "--epochs", "3"),
      train("--steps", "3"),
    ]);
    expect(limited.at(-1)!["steps"]).toBe(6);
    expect(stepped.at(-1)!["steps"]).toBe(3);
  });

  it("evaluates and predicts with saved weights", async () => {
    folder.write("new.csv", "width,length\n1,1\n1,4\n4,1\n");
    const weights = ["--weights", "w.safetensors"];
    const [evaluated, rows, shown] = await Promise.all([
      folder.run("eval", "flowers.net", ...weights, "--json"),
      folder.run("predict", "flowers.net", ...weights, "--input", "new.csv", "--json"),
      folder.run("predict", "flowers.net", ...weights, "--input", "new.csv"),
    ]);
    expect(JSON.parse(evaluated.out)).toMatchObject({ loss: expect.any(Number), accuracy: 1 });
    const best = objects(rows.out).map(({ chance }) => {
      const chances = chance as number[];
      return chances.indexOf(Math.max(...chances));
    });
    expect(best).toEqual([0, 1, 2]);
    expect(shown.code).toBe(0);
    expect(lines(shown.out)).toHaveLength(4);
  });
});

describe("netc init", () => {
  it("writes a project, and never over what is there", () =>
    inFolder({ "node/main.js": "mine" }, async (folder) => {
      const page = await folder.run("init", "My App");
      expect(page.code).toBe(0);
      expect(page.out).toContain('\nNext:\n  cd "My App"\n  npm install\n  npm run dev\n');
      const own = JSON.parse(readFileSync(join(folder.path, "My App", "package.json"), "utf8")) as {
        readonly name: string;
        readonly devDependencies: { readonly netc: string };
      };
      const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
      expect([own.name, own.devDependencies.netc]).toEqual(["my-app", `^${version}`]);
      expect(folder.list()).toContain(".gitignore");
      const [checked, again, program, unknown] = await Promise.all([
        folder.run("check", "My App/src/moons.net"),
        folder.run("init", "My App"),
        folder.run("init", "node", "--template", "node"),
        folder.run("init", "other", "--template", "nod"),
      ]);
      expect([checked.code, again.code, program.code, unknown.code]).toEqual([0, 1, 1, 2]);
      expect(program.err).toContain(`nothing was written: ${join("node", "main.js")} is there already`);
      expect(unknown.err).toContain("did you mean node?");
      expect(folder.list().filter((name) => name === "main.js")).toHaveLength(1);
      expect(readFileSync(join(folder.path, "node", "main.js"), "utf8")).toBe("mine");
    }));
  it("the program trains, saves, and predicts from what it saved", () =>
    inFolder({}, async (folder) => {
      expect((await folder.run("init", "--template", "node")).code).toBe(0);
      mkdirSync(join(folder.path, "node_modules"));
      symlinkSync(process.cwd(), join(folder.path, "node_modules", "netc"), "dir");
      const start = () =>
        execFileSync(process.execPath, ["--import", "netc/register", "main.js"], {
          cwd: folder.path,
          encoding: "utf8",
        });
      expect(start()).toMatch(/accuracy on new points: (0\.9\d+|1\.000)\n\(-0\.5, 0\.7\) is on the upper arc with 9\d/);
      expect(start()).toContain("delete it to train again");
    }));
});

describe("netc diff", () => {
  const edited = flowers
    .replace("dense(3) as head", "dense(5) as body -> dense(3) as mouth")
    .replace('"aster"]', '"daisy"]');
  it("tells what callers, saved weights, size and speed see of an edit", () =>
    inFolder({ "a.net": flowers, "b.net": edited }, async (folder) => {
      const [json, text, backwards] = await Promise.all([
        folder.run("diff", "a.net", "b.net", "--json"),
        folder.run("diff", "a.net", "b.net", "--exit-code"),
        folder.run("diff", "b.net", "a.net", "--json"),
      ]);
      expect([json.code, text.code]).toEqual([0, 1]);
      const type = (last: string) => `class["rose", "tulip", "${last}"]`;
      const difference = JSON.parse(json.out) as Record<string, unknown>;
      expect(difference).toMatchObject({
        models: ["Flowers", "Flowers"],
        signature: [{ name: "target kind", before: type("aster"), after: type("daisy") }],
        weights: {
          kept: 0,
          renamed: [],
          initialized: ["body.kernel", "body.bias", "mouth.kernel", "mouth.bias"],
        },
        same: false,
      });
      // 2 x 3 + 3; 2 x 5 + 5 + 5 x 3 + 3.
      expect(difference["totals"]).toContainEqual({ name: "parameters", before: 9, after: 33 });
      const steps = (answer: string) =>
        (JSON.parse(answer) as { steps: { name: string; before?: object; after?: object }[] }).steps.map(
          ({ name, before, after }) => [name, before !== undefined, after !== undefined],
        );
      expect(steps(json.out)).toEqual([
        ["body", false, true],
        ["mouth", false, true],
        ["head", true, false],
      ]);
      expect(steps(backwards.out)).toEqual([
        ["head", false, true],
        ["body", true, false],
        ["mouth", true, false],
      ]);
      expect(text.out).toMatch(/^parameters +9 +33 +\+24 \(\+266\.7%\)$/m);
    }));
  it("finds nothing between equals, and says what weights follow a renaming", () =>
    inFolder({ "a.net": flowers, "b.net": flowers.replace("as head", "as mouth") }, async (folder) => {
      const [same, renamed] = await Promise.all([
        folder.run("diff", "a.net", "a.net", "--exit-code"),
        folder.run("diff", "a.net", "b.net", "--json"),
      ]);
      expect([same.code, same.out]).toEqual([0, expect.stringContaining("no difference")]);
      expect(JSON.parse(renamed.out)).toMatchObject({
        weights: { kept: 0, renamed: [{ name: "mouth.kernel", from: "head.kernel" }, { from: "head.bias" }] },
      });
    }));
  it("refuses what does not check, or is not there", () =>
    inFolder({ "a.net": flowers, "b.net": "model {" }, async (folder) => {
      const answers = await Promise.all(["b.net", "none.net"].map((other) => folder.run("diff", "a.net", other)));
      expect(answers.map(({ code }) => code)).toEqual([1, 1]);
    }));
});

describe.concurrent("netc summary, graph, explain", () => {
  it("counts parameters, shapes and memory", async () => {
    const { code, out } = await netc(".", "summary", "examples/mnist.net", "--json");
    expect(code).toBe(0);
    const summary = JSON.parse(out) as { steps: { word: string; output: number[] }[]; parameters: number };
    // 3x3x1x32+32 + 3x3x32x64+64 + 1600x128+128 + 128x10+10
    expect(summary.parameters).toBe(225034);
    expect(summary.steps.map(({ word }) => word)).toContain("max_pool2d");
    expect(summary.steps.find(({ word }) => word === "flatten")?.output).toEqual([1600]);
    const { memoryBytes, memoryLowerBound } = JSON.parse(out) as { memoryBytes: number; memoryLowerBound: number };
    expect(memoryBytes / memoryLowerBound).toBeLessThan(1.05);
    const text = await netc(".", "summary", "examples/mnist.net");
    expect(text.out).toContain("225,034");
  });

  it.each(["svg", "dot", "mermaid"])("draws %s", async (format) => {
    const { code, out } = await netc(".", "graph", "examples/mnist.net", "--format", format);
    expect(code).toBe(0);
    expect(out).toMatch(
      { svg: /^<svg .*<\/svg>\s*$/s, dot: /^digraph "Digits" \{/, mermaid: /^(flowchart|graph) / }[format]!,
    );
  });

  it("explains a code, whatever its case", async () => {
    const { code, out } = await netc(".", "explain", "net7001");
    expect(code).toBe(0);
    expect(out).toContain("softmax turns scores into probabilities");
  });

  it("explains a word: settings, defaults, source, definition", async () => {
    const { code, out } = await netc(".", "explain", "adam");
    expect(code).toBe(0);
    for (const part of [
      "optimizer adam\n",
      "Adaptive moments",
      "source\n  Kingma and Ba, 2015",
      "m <- beta_1 * m + (1 - beta_1) * grad",
    ])
      expect(out).toContain(part);
    expect(out).toMatch(/\n +learning_rate +schedule +1e-3\n/);
  });

  it("explains every word of one name, and functions of the language", async () => {
    const { out } = await netc(".", "explain", "orthogonal");
    expect(out).toMatch(/initializer orthogonal\n[^]*regularizer orthogonal\n/);
    expect((await netc(".", "explain", "pad")).out).toContain("pad(x, amounts, value: 0)");
  });

  it("knows the names of other libraries", async () => {
    const { code, err } = await netc(".", "explain", "BatchNormalization");
    expect([code, err]).toEqual([1, expect.stringContaining("did you mean batch_norm?")]);
  });
});

describe("netc COMMAND --help", () => {
  it.each(["check", "build", "train", "eval", "predict", "summary", "graph", "explain", "gradcheck", "bench"])(
    "shows an example of %s",
    async (command) => {
      let shown = "";
      const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
        shown += String(text);
        return true;
      });
      await expect(commandLine(nodeTerminal(), ["node", "netc", command, "--help"])).rejects.toMatchObject({
        exitCode: 0,
      });
      write.mockRestore();
      expect(shown).toMatch(/Examples?:\n {2}netc /);
    },
  );
});
