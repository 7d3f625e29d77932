/** @file `netc fmt`: what it writes, says and answers. */
import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { flowers, inFolder } from "./netc.js";

const loose = flowers.replaceAll(/^(?!\/\/).*/gm, (line) => line.replaceAll(/(?<=\S) +/g, "  "));
const textOf = (folder: { readonly path: string }, name: string) => readFileSync(join(folder.path, name), "utf8");

describe.concurrent("netc fmt", () => {
  it("formats files and folders, and names what it changed", () =>
    inFolder({ "a.net": loose, "sub/b.net": loose, "c.net": flowers }, async (folder) => {
      expect(await folder.run("fmt", "a.net", "c.net", "sub")).toEqual({
        code: 0,
        out: "a.net\nsub/b.net\n",
        err: "2 files formatted, 1 file unchanged\n",
      });
      for (const name of ["a.net", "sub/b.net", "c.net"]) expect(textOf(folder, name)).toBe(flowers);
      expect(folder.list()).toEqual(["a.net", "b.net", "c.net"]);
    }));

  it("--check writes nothing, and answers 1 if a file is not formatted", () =>
    inFolder({ "a.net": loose, "b.net": flowers }, async (folder) => {
      expect(await folder.run("fmt", "--check", ".")).toEqual({
        code: 1,
        out: "a.net\n",
        err: "1 file not formatted, 1 file unchanged\n",
      });
      expect(textOf(folder, "a.net")).toBe(loose);
      expect((await folder.run("fmt", "--check", "b.net")).code).toBe(0);
    }));

  it("leaves a file with errors as it is, says where they are, and formats the others", () =>
    inFolder({ "a.net": "model {  }", "b.net": loose, "c.net": Uint8Array.of(0xff, 0xfe) }, async (folder) => {
      const { code, out, err } = await folder.run("fmt", "a.net", "b.net", "c.net", "d.net");
      expect([code, out]).toEqual([1, "b.net\n"]);
      expect(err).toContain("a.net:1:7 error[NET1001]: expected a name after `model`");
      expect(err).toContain("c.net is not in UTF-8");
      expect(err).toContain("cannot read the file d.net: no such file or folder");
      expect(err).toContain("1 file formatted, 3 files with errors");
      expect(textOf(folder, "a.net")).toBe("model {  }");
    }));

  it("--json prints one array", () =>
    inFolder({ "a.net": loose, "b.net": "fn" }, async (folder) => {
      const { code, out } = await folder.run("fmt", "--json", "a.net", "b.net");
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject([
        { file: "a.net", changed: true, diagnostics: [] },
        { file: "b.net", changed: false, diagnostics: [{ code: "NET1001", line: 1 }] },
      ]);
    }));

  it("follows the configuration of prettier, and keeps line ends", () =>
    inFolder({ "a.net": "const a = [1,\r\n2]\r\n", ".prettierrc": '{ "tabWidth": 4 }' }, async (folder) => {
      expect((await folder.run("fmt", "a.net")).code).toBe(0);
      expect(textOf(folder, "a.net")).toBe("const a = [\r\n    1,\r\n    2\r\n]\r\n");
      folder.write(".prettierrc", "{");
      const { code, err } = await folder.run("fmt", "a.net");
      expect([code, err.includes("cannot read prettier's configuration for a.net")]).toEqual([1, true]);
    }));

  it("keeps links and permissions", () =>
    inFolder({ "a.net": loose }, async (folder) => {
      chmodSync(join(folder.path, "a.net"), 0o640);
      symlinkSync("a.net", join(folder.path, "link.net"));
      expect((await folder.run("fmt", "link.net")).code).toBe(0);
      expect(textOf(folder, "a.net")).toBe(flowers);
      expect(lstatSync(join(folder.path, "link.net")).isSymbolicLink()).toBe(true);
      expect(statSync(join(folder.path, "a.net")).mode & 0o777).toBe(0o640);
    }));

  it("refuses a folder without .net files", () =>
    inFolder({ "a.txt": "" }, async (folder) => {
      expect(await folder.run("fmt", ".")).toEqual({ code: 1, out: "", err: "error: . holds no .net file\n" });
    }));
});
