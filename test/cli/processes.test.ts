/** @file Commands that are stopped from outside: an interrupted training that goes on, a watch that builds again. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { flowers, flowerTable, type Folder, inFolder } from "./netc.js";

const cli = resolve("dist/package/cli.js");
const start = (folder: Folder, ...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [cli, ...args], {
    cwd: folder.path,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
const ended = (child: ChildProcess) => new Promise<number | null>((done) => child.once("close", (code) => done(code)));

async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = performance.now() + 50_000;
  while (!condition()) {
    expect(performance.now(), what).toBeLessThan(limit);
    await new Promise((done) => setTimeout(done, 25));
  }
}
const shaOf = (out: string) =>
  (JSON.parse(out.trimEnd().split("\n").at(-1)!) as Record<string, unknown>)["weightsSha256"];

it("an interrupted training saves a checkpoint, and resumed ends as if never stopped", () =>
  inFolder({ "flowers.net": flowers, "flowers.csv": flowerTable() }, async (folder) => {
    const train = ["train", "flowers.net", "--json", "--epochs"];
    // So long that no machine ends it before the interrupt arrives.
    const child = start(folder, ...train, "1000000000");
    let out = "";
    let interrupted = false;
    child.stdout!.on("data", (text) => {
      out += String(text);
      // A second interrupt would end the process at once.
      if (!interrupted && out.includes('"epoch":2,')) interrupted = child.kill("SIGINT");
    });
    expect(await ended(child)).toBe(130);
    expect(folder.list()).toContain("flowers.checkpoint.safetensors");
    const reached = Number(/.*"epoch":(\d+),/s.exec(out)![1]);
    const epochs = String(reached + 20);
    const [whole, rest] = await Promise.all([
      folder.run(...train, epochs),
      folder.run(...train, epochs, "--resume", "flowers.checkpoint.safetensors"),
    ]);
    expect(rest.out).toContain(`"epoch":${epochs},`);
    expect(shaOf(rest.out)).toBe(shaOf(whole.out));
  }));

it("models run where there is no place for temporary files", () =>
  inFolder({ "flowers.net": flowers, "flowers.csv": flowerTable() }, async (folder) => {
    const child = spawn(process.execPath, [cli, "train", "flowers.net", "--epochs", "1", "--threads", "2"], {
      cwd: folder.path,
      env: { ...process.env, TMPDIR: "/nowhere" },
      stdio: "ignore",
    });
    expect(await ended(child)).toBe(0);
  }));

it("a training whose reader goes away saves what it has", () =>
  inFolder({ "flowers.net": flowers, "flowers.csv": flowerTable() }, async (folder) => {
    const child = start(folder, "train", "flowers.net", "--json", "--epochs", "1000000000", "--save", "w.safetensors");
    child.stdout!.once("data", () => child.stdout!.destroy());
    expect(await ended(child)).toBe(130);
    expect(folder.list()).toContain("w.safetensors");
  }));

it.skipIf(!existsSync("/dev/full"))("a full disk under standard output is no defect", () =>
  inFolder({ "flowers.net": flowers }, async (folder) => {
    const child = spawn("sh", ["-c", `"$0" "$1" summary flowers.net > /dev/full`, process.execPath, cli], {
      cwd: folder.path,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let err = "";
    child.stderr.on("data", (text) => (err += String(text)));
    expect(await ended(child)).toBe(1);
    expect(err).toMatch(/^.*error.*: cannot write to standard output: .*\n$/);
  }),
);

it("build --watch builds again what changed, through errors", () =>
  inFolder({ "flowers.net": flowers }, async (folder) => {
    const child = start(folder, "build", "flowers.net", "--watch");
    let err = "";
    child.stderr!.on("data", (text) => (err += String(text)));
    const path = join(folder.path, "flowers.net.ts");
    const module = () => (existsSync(path) ? readFileSync(path, "utf8") : "");
    try {
      await until(() => module().includes('"aster"'), "first build");
      folder.write("flowers.net", flowers.replace("softmax", "sofmax"));
      await until(() => err.includes("NET2002"), "errors");
      expect(module()).toContain('"aster"');
      folder.write("flowers.net", flowers.replace("aster", "daisy"));
      await until(() => module().includes('"daisy"'), "second build");
    } finally {
      child.kill();
      await ended(child);
    }
  }));
