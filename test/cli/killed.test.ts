/** @file Commands killed at random moments (KILLS of them, default 6): files are the old or the new ones, whole, and training resumes. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { flowers, flowerTable, type Folder, inFolder } from "./netc.js";

const kills = Number(process.env["KILLS"] ?? 6);
const limit = { timeout: 120_000 + kills * 30_000 };

/** Long after the end. */
const never = 2 ** 31 - 1;
/** Runs `netc ARGUMENTS`, and kills it after so many milliseconds at most. */
function killed(folder: Folder, milliseconds: number, ...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [resolve("dist/package/cli.js"), ...args], {
    cwd: folder.path,
    stdio: "ignore",
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  return new Promise((done) => child.once("close", () => (clearTimeout(timer), done())));
}
const read = (folder: Folder, name: string) => readFileSync(join(folder.path, name));
/** Moments are spread over the run and a little more: some runs end by themselves. */
const moment = (run: number) => Math.random() * run * 1.1;
async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

it("a killed build leaves each file old or new", limit, () =>
  inFolder({}, async (folder) => {
    const sources = [flowers, flowers.replaceAll("rose", "daisy").replace("dense(3)", "dense(16) -> dense(3)")];
    const names = ["flowers.net.d.ts", "flowers.net.js.map", "flowers.net.js"];
    const build = ["build", "flowers.net", "--emit", "js"];
    const wholes: Buffer[][] = [];
    let run = 0;
    for (const source of sources) {
      folder.write("flowers.net", source);
      run = await timed(() => killed(folder, never, ...build));
      wholes.push(names.map((name) => read(folder, name)));
    }
    for (let k = 0; k < kills; k++) {
      folder.write("flowers.net", sources[k % 2]!);
      await killed(folder, moment(run), ...build);
      names.forEach((name, at) => {
        const found = read(folder, name);
        expect(
          wholes.some((whole) => whole[at]!.equals(found)),
          `${name} after kill ${k}`,
        ).toBe(true);
      });
    }
    await folder.run(...build);
    names.forEach((name, at) => expect(read(folder, name).equals(wholes[(kills - 1) % 2]![at]!), name).toBe(true));
  }),
);

it("a killed training leaves its file old or new, from which it resumes as if never stopped", limit, () =>
  inFolder({ "flowers.net": flowers, "flowers.csv": flowerTable() }, async (folder) => {
    const train = (epochs: number) => ["train", "flowers.net", "--json", "--epochs", String(epochs)];
    const save = ["--save", "w.safetensors"];
    const wholes: Buffer[] = [];
    let run = 0;
    for (const epochs of [4, 9]) {
      run = await timed(() => killed(folder, never, ...train(epochs), ...save));
      wholes.push(read(folder, "w.safetensors"));
    }
    const sha = (out: string) => /"weightsSha256":"(\w+)"/.exec(out)![1];
    const uninterrupted = sha((await folder.run(...train(15))).out);
    for (let k = 0; k < kills; k++) {
      await killed(folder, moment(run), ...train([4, 9][k % 2]!), ...save);
      const found = read(folder, "w.safetensors");
      expect(
        wholes.some((whole) => whole.equals(found)),
        `after kill ${k}`,
      ).toBe(true);
      if (k % 5 === 0)
        expect(sha((await folder.run(...train(15), "--resume", "w.safetensors")).out), `after kill ${k}`).toBe(
          uninterrupted,
        );
    }
    expect(existsSync(join(folder.path, "flowers.checkpoint.safetensors"))).toBe(false);
  }),
);
