/** @file A process that runs the built command line again and again, for `netc.ts`: to load it takes longer than most commands. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

export interface Order {
  readonly folder: string;
  readonly args: readonly string[];
}
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const main = resolve("dist/package/cli.js");
const said = { out: "", err: "" };
for (const [name, stream] of [
  ["out", process.stdout],
  ["err", process.stderr],
] as const)
  stream.write = (chunk: string | Uint8Array) => {
    said[name] += Buffer.from(chunk).toString();
    return true;
  };

process.on("message", async ({ folder, args }: Order) => {
  Object.assign(said, { out: "", err: "" });
  process.chdir(folder);
  process.argv.splice(1, Infinity, main, ...args);
  process.exitCode = 0;
  // Another address: the entry runs anew, with the modules that are loaded.
  await import(`${pathToFileURL(main).href}?${randomUUID()}`);
  process.stdout.removeAllListeners("error");
  process.stderr.removeAllListeners("error");
  // The folder may be removed now.
  process.chdir("/");
  process.send!({ code: Number(process.exitCode), ...said } satisfies Answer);
  process.exitCode = 0;
});
process.on("disconnect", () => process.exit());
