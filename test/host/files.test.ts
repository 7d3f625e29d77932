/** @file Writing that is killed while it writes: the file is whole, and what was left beside it is removed by a later write. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { InputFault } from "../../src/diagnostics/fault.js";
import { demandWritable, writeAtomic } from "../../src/host/files.js";
import { inFolder } from "../cli/netc.js";

const kills = Number(process.env["KILLS"] ?? 6);
const size = 4 << 20;

it(
  "a file that is written again and again is whole whenever the writer is killed",
  { timeout: 60_000 + kills * 5_000 },
  () =>
    inFolder({}, async (folder) => {
      const path = join(folder.path, "file");
      const script = `import { writeAtomic } from ${JSON.stringify(pathToFileURL(resolve("dist/src/host/files.js")).href)};
      const contents = [7, 8].map((byte) => new Uint8Array(${size}).fill(byte));
      for (let k = 0; ; k++) { writeAtomic(${JSON.stringify(path)}, contents[k % 2]); if (k === 0) console.log("begun"); }`;
      let left = 0;
      for (let k = 0; k < kills; k++) {
        const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const closed = new Promise((done) => child.once("close", done));
        await new Promise((done) => child.stdout.once("data", done));
        await new Promise((done) => setTimeout(done, Math.random() * 60));
        child.kill("SIGKILL");
        await closed;
        const found = readFileSync(path);
        expect(found.length).toBe(size);
        expect(found.every((byte) => byte === found[0])).toBe(true);
        left = Math.max(left, folder.list().length - 1);
      }
      for (const name of readdirSync(folder.path)) utimesSync(join(folder.path, name), 0, 0);
      writeFileSync(join(folder.path, "file.1-0.tmp.txt"), "not ours");
      writeAtomic(path, "new");
      expect(folder.list(), `${left} files were left`).toEqual(["file", "file.1-0.tmp.txt"]);
    }),
);

it("leaves a file alone that is already so, and says what hinders it", () =>
  inFolder({ file: "old" }, async (folder) => {
    const path = join(folder.path, "file");
    expect([writeAtomic(path, "old"), writeAtomic(path, "new"), writeAtomic(path, "new")]).toEqual([
      false,
      true,
      false,
    ]);
    expect(writeAtomic(join(folder.path, "a/b/c"), "deep")).toBe(true);
    for (const attempt of [demandWritable, (name: string) => writeAtomic(name, "x")]) {
      const inFile = () => attempt(join(path, "below"));
      expect(inFile).toThrow(InputFault);
      expect(inFile).toThrow(/cannot write .*below: part of the path is not a folder/);
      expect(() => attempt(folder.path)).toThrow(/cannot write .*: it is a folder/);
    }
    demandWritable(path);
    demandWritable(join(folder.path, "not/yet/there"));
    expect(folder.list()).toEqual(["c", "file"]);
  }));

it.skipIf(process.platform === "win32")("writes through links and to devices, and keeps permissions", () =>
  inFolder({ file: "old" }, async (folder) => {
    const [path, link] = ["file", "link"].map((name) => join(folder.path, name)) as [string, string];
    chmodSync(path, 0o640);
    symlinkSync("file", link);
    demandWritable(link);
    writeAtomic(link, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    demandWritable("/dev/null");
    expect(writeAtomic("/dev/null", "said")).toBe(true);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  }),
);
