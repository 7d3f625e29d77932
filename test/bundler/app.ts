/** @file Programs outside the repository that use the packed package: its files are unpacked, other packages are the repository's. */
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Folder } from "../cli/netc.js";

/** What `npm pack` makes of the built repository. */
export class Package {
  readonly #folder = mkdtempSync(join(tmpdir(), "netc-package-"));
  readonly #tarball: string;
  readonly bytes: number;
  constructor() {
    const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", this.#folder];
    execFileSync("npm", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    this.#tarball = join(
      this.#folder,
      readdirSync(this.#folder).find((name) => name.endsWith(".tgz"))!,
    );
    this.bytes = readFileSync(this.#tarball).length;
  }
  unpack(folder: string): void {
    mkdirSync(folder);
    execFileSync("tar", ["xzf", this.#tarball, "-C", folder, "--strip-components", "1"]);
  }
  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A project of somebody's, in a folder of its own. */
export class App extends Folder {
  constructor(pack: Package, files: Readonly<Record<string, string>>) {
    super({ "package.json": '{ "type": "module", "private": true }', ...files });
    const modules = join(this.path, "node_modules");
    mkdirSync(modules);
    pack.unpack(join(modules, "netc"));
    for (const name of readdirSync("node_modules")) symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  read(name: string): string {
    return readFileSync(join(this.path, name), "utf8");
  }
  node(...args: readonly string[]): Promise<Answer> {
    return new Promise((done) => {
      const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" };
      execFile(process.execPath, [...args], { cwd: this.path, env, timeout: 120_000 }, (error, out, err) =>
        done({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err }),
      );
    });
  }
}

/** Three kinds of flower, told apart by two numbers; without data. */
export const flowers = `/// Three kinds of flower.
model Flowers {
  input  size: f32[2]
  target kind: class["rose", "tulip", "aster"]

  output chance = size -> dense(3) as head -> softmax

  loss      cross_entropy(chance, kind)
  metric    accuracy(chance, kind)
  optimizer adam(0.1)
  train { batch: 8, epochs: 20 }
}
`;
