/** @file An editing session of a real editor on two files, in a folder of its own: a script of the editor's does it and writes what it saw. */
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { Folder } from "../cli/netc.js";

/** `flowers.net`, with one mistake. */
export const text = `import { twice } from "./words.net"

/// Which of three kinds a flower is of.
model Flowers {
  input  size: f32[4]
  target kind: class[3]

  let    code = size -> dense(8) as trunk -> relo
  output chance = twice(code) -> dense(3) -> softmax

  loss      cross_entropy(chance, kind)
  optimizer adam(0.01)
}
`;
export const mended = text.replace("relo", "relu");

/** The first line of what `program --version` says; undefined where there is no such program. */
export function versionOf(program: string): string | undefined {
  try {
    return execFileSync(program, ["--version"], { encoding: "utf8" }).split("\n")[0];
  } catch {
    return undefined;
  }
}

/** By step: the result, or how it failed. */
type Seen = Readonly<Record<string, { readonly result?: unknown; readonly failure?: string }>>;

export class Session {
  readonly #folder = new Folder({ "flowers.net": text, "words.net": "/// Doubles.\nfn twice(x) = 2 * x\n" });
  #seen: Seen = {};

  script(name: string): string {
    return resolve("test/editors", name);
  }
  /** The script finds Node and `netc` as $NODE and $NETC, and writes to $OUT. The editor finds no configuration of the user's. */
  async run(program: string, args: readonly string[]): Promise<void> {
    const { path } = this.#folder;
    const out = join(path, "seen.json");
    const env = { ...process.env, HOME: path, OUT: out, NODE: process.execPath, NETC: resolve("dist/package/cli.js") };
    await promisify(execFile)(program, [...args], { cwd: path, env, timeout: 180_000 });
    this.#seen = JSON.parse(readFileSync(out, "utf8")) as Seen;
  }
  result(step: string): unknown {
    expect(this.#seen[step], step).toBeDefined();
    expect(this.#seen[step]?.failure, step).toBeUndefined();
    return this.#seen[step]?.result;
  }
  remove(): void {
    this.#folder.remove();
  }
}
