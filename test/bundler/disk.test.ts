/** @file Folders that cannot be written, full disks, types of another version: bundling says so, and nothing is half-written. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createModules } from "../../src/bundler/modules.js";
import { Folder, flowers as trained, flowerTable } from "../cli/netc.js";
import { flowers } from "./app.js";

/** A folder that is a file system of its own, of so many bytes; undefined where that cannot be had. */
function mounted(
  bytes: number,
): { readonly folder: Folder; readonly release: () => void; mount(options: string): void } | undefined {
  const folder = new Folder();
  const mount = (...args: readonly string[]) => execFileSync("mount", [...args, folder.path], { stdio: "ignore" });
  try {
    mount("-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs");
  } catch {
    folder.remove();
    return undefined;
  }
  return {
    folder,
    mount: (options) => mount("-o", options),
    release() {
      execFileSync("umount", [folder.path]);
      folder.remove();
    },
  };
}
const probe = mounted(1 << 16);
probe?.release();
if (!probe) console.warn("no file system can be mounted here: read-only folders and full disks are not tested");

/** What bundling a file says, and its module. */
function bundled(path: string, options = {}) {
  const said: string[] = [];
  const { text } = createModules(options).build(path, (warning) => said.push(warning));
  return { said, text };
}

test.skipIf(!probe)("a read-only folder: the module is made, and what becomes of the types is said", async () => {
  const { folder, mount, release } = mounted(1 << 20)!;
  try {
    folder.write("flowers.net", flowers);
    const path = join(folder.path, "flowers.net");
    const types = join(folder.path, "flowers.d.net.ts");
    mount("remount,ro");
    expect(bundled(path).said).toEqual([
      expect.stringMatching(/types of .*flowers\.net are missing: cannot write .*: the file system is read-only/),
    ]);
    mount("remount,rw");
    writeFileSync(types, "export {};\n");
    mount("remount,ro");
    const { said, text } = bundled(path);
    expect(said).toEqual([expect.stringMatching(/types of .*flowers\.net are stale: cannot write/)]);
    expect(text).toContain("export const Flowers = {");
    mount("remount,rw");
    expect(bundled(path).said).toEqual([]);
    mount("remount,ro");
    // What is right need not be written.
    expect(bundled(path).said).toEqual([]);
    const { code, err } = await folder.run("build", "flowers.net");
    expect(code).toBe(1);
    expect(err).toContain("cannot write flowers.net.ts: the file system is read-only");
    const starter = await folder.run("init", "starter");
    expect([starter.code, starter.err]).toEqual([1, expect.stringContaining("the file system is read-only")]);
    // Said before anything is trained.
    const lost = await folder.run("train", "flowers.net", "--save", "some/w.safetensors", "--json");
    expect(lost).toMatchObject({ code: 1, out: expect.not.stringContaining("epoch") });
    expect(lost.err).toContain("cannot write some/w.safetensors: the file system is read-only");
    expect(folder.list()).toEqual(["flowers.d.net.ts", "flowers.net"]);
  } finally {
    release();
  }
});

test.skipIf(!probe)("a full disk: the old files stay whole", async () => {
  const { folder, release } = mounted(1 << 18)!;
  try {
    folder.write("flowers.net", flowers);
    folder.write("trained.net", trained);
    folder.write("flowers.csv", flowerTable());
    const path = join(folder.path, "flowers.net");
    expect((await folder.run("build", "flowers.net")).code).toBe(0);
    expect((await folder.run("train", "trained.net", "--epochs", "1", "--save", "w.safetensors")).code).toBe(0);
    const weights = readFileSync(join(folder.path, "w.safetensors"));
    expect(bundled(path).said).toEqual([]);
    const before = new Map(folder.list().map((name) => [name, readFileSync(join(folder.path, name), "utf8")]));
    folder.write("flowers.net", flowers.replace("rose", "daisy"));
    const { bavail, bsize } = statfsSync(folder.path);
    writeFileSync(join(folder.path, "filler"), new Uint8Array(bavail * bsize));
    const { code, err } = await folder.run("build", "flowers.net");
    expect(code).toBe(1);
    expect(err).toContain("cannot write flowers.net.ts: the disk is full");
    expect(bundled(path).said).toEqual([expect.stringMatching(/are stale: cannot write .*: the disk is full/)]);
    for (const name of ["flowers.net.ts", "flowers.d.net.ts"])
      expect(readFileSync(join(folder.path, name), "utf8"), name).toBe(before.get(name));
    const again = await folder.run("train", "trained.net", "--save", "w.safetensors");
    expect([again.code, again.err]).toEqual([
      1,
      expect.stringContaining("cannot write w.safetensors: the disk is full"),
    ]);
    expect(readFileSync(join(folder.path, "w.safetensors")).equals(weights)).toBe(true);
    expect(folder.list()).toEqual([...before.keys(), "filler"].sort());
  } finally {
    release();
  }
});

test("types are written on change only, follow the source, and never below node_modules", () => {
  const folder = new Folder({ "flowers.net": flowers, "node_modules/some/flowers.net": flowers });
  try {
    const path = join(folder.path, "flowers.net");
    const modules = createModules({});
    const build = (of: string) => modules.build(of, (warning) => expect.fail(warning));
    build(path);
    const types = () => readFileSync(join(folder.path, "flowers.d.net.ts"), "utf8");
    expect(types()).toContain('"rose"');
    folder.write("flowers.net", flowers.replaceAll("rose", "daisy"));
    build(path);
    expect(types()).toContain('"daisy"');
    expect(types()).not.toContain('"rose"');
    build(join(folder.path, "node_modules/some/flowers.net"));
    expect(readdirSync(join(folder.path, "node_modules/some"))).toEqual(["flowers.net"]);
    createModules({ declarations: false }).build(path, (warning) => expect.fail(warning));
    expect(existsSync(`${path}.tmp`)).toBe(false);
  } finally {
    folder.remove();
  }
});

test("a module follows what it is made from: imports, files of class names, and files that are not there yet", () => {
  const folder = new Folder({
    "kinds.txt": "rose\ntulip\naster\n",
    "parts.net": "layer body(x: [a]) -> [3] = x -> dense(3)\n",
  });
  try {
    const text = flowers
      .replace('class["rose", "tulip", "aster"]', 'class[from "kinds.txt"]')
      .replace("/// Three", 'import { body } from "./parts.net"\n\n/// Three')
      .replace("dense(3) as head", "body as head");
    folder.write("flowers.net", text);
    const path = join(folder.path, "flowers.net");
    const modules = createModules({});
    const build = () => modules.build(path, (warning) => expect.fail(warning)).text;
    const first = build();
    expect(build()).toBe(first);
    const names = ["flowers.net", "flowers.net.schedule.json", "kinds.txt", "parts.net"].map((name) =>
      join(folder.path, name),
    );
    expect([...modules.dependencies(path)].sort()).toEqual(names);
    expect(names.map((name) => modules.dependents(name))).toEqual(names.map(() => [path]));
    folder.write("kinds.txt", "rose\ntulip\ndaisy\n");
    expect(build()).toContain('"daisy"');
    folder.write("parts.net", "layer body(x: [a]) -> [3] = x -> dense(7) -> dense(3)\n");
    expect(build()).toContain("7");
    folder.write("flowers.net", text.replace("parts", "others"));
    expect(build).toThrow(/has \d errors?/);
    expect(modules.dependents(join(folder.path, "others.net"))).toEqual([path]);
  } finally {
    folder.remove();
  }
});

test("options are checked", () => {
  expect(() => createModules({ target: "wasn" } as object)).toThrow(
    'netc: option target is "wasm" or "typescript", not "wasn"',
  );
  expect(() => createModules({ thread: 2 } as object)).toThrow("netc: unknown option thread; did you mean threads?");
  expect(() => createModules({ threads: 65 })).toThrow("a whole number, 1 .. 64");
});
