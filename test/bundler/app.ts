/** @file Programs outside the repository that use the packed package, as npm installs it, or with the repository's other packages. */
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Folder } from "../cli/netc.js";

/** What `npm pack` makes of the built repository. */
export class Package {
  readonly #folder = mkdtempSync(join(tmpdir(), "netc-package-"));
  readonly tarball: string;
  readonly bytes: number;
  constructor() {
    const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", this.#folder];
    execFileSync("npm", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    this.tarball = join(
      this.#folder,
      readdirSync(this.#folder).find((name) => name.endsWith(".tgz"))!,
    );
    this.bytes = readFileSync(this.tarball).length;
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

/** Vitest's own mode is none of theirs. */
export const environment = { ...process.env, NODE_ENV: undefined, NO_COLOR: "1", FORCE_COLOR: "0" };

/** A project of somebody's, in a folder of its own. */
export class App extends Folder {
  constructor(files: Readonly<Record<string, string>>) {
    super({ "package.json": '{ "type": "module", "private": true }', ...files });
  }
  /** The package beside the repository's own packages: quick, and without a registry. */
  link(pack: Package): void {
    const modules = join(this.path, "node_modules");
    rmSync(modules, { recursive: true, force: true });
    for (const name of ["netc", ".bin"]) mkdirSync(join(modules, name), { recursive: true });
    execFileSync("tar", ["xzf", pack.tarball, "-C", join(modules, "netc"), "--strip-components", "1"]);
    const names = readdirSync("node_modules").filter((name) => name !== ".bin");
    for (const name of [...names, ...readdirSync("node_modules/.bin").map((bin) => join(".bin", bin))])
      symlinkSync(resolve("node_modules", name), join(modules, name));
    const { bin } = JSON.parse(this.read("node_modules/netc/package.json")) as Manifest;
    chmodSync(join(modules, "netc", bin["netc"]!), 0o755);
    symlinkSync(join("../netc", bin["netc"]!), join(modules, ".bin", "netc"));
  }
  read(name: string): string {
    return readFileSync(join(this.path, name), "utf8");
  }
  node(...args: readonly string[]): Promise<Answer> {
    return this.execute(process.execPath, args);
  }
  npm(...args: readonly string[]): Promise<Answer> {
    return this.execute("npm", args);
  }
  /** A program of a package, from a folder below the project's. */
  bin(folder: string, name: string, ...args: readonly string[]): Promise<Answer> {
    return this.execute(join(this.path, "node_modules/.bin", name), args, folder);
  }
  execute(program: string, args: readonly string[], folder = "."): Promise<Answer> {
    return new Promise((done) => {
      const options = { cwd: join(this.path, folder), env: environment, timeout: 240_000 };
      execFile(program, [...args], options, (error, out, err) =>
        done({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err }),
      );
    });
  }
}
export interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
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
