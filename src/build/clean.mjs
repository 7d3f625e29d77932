/**
 * @file Before tsc, which brings up to date what an earlier build left: removes that unless it is the whole result for sources that are all
 * still there, or the package would hold modules whose sources are gone.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));
function isWhole() {
  try {
    const { fileNames } = JSON.parse(readFileSync(join(dist, "tsconfig.tsbuildinfo"), "utf8"));
    return fileNames
      .filter((name) => !name.includes("node_modules") && !name.endsWith(".d.ts"))
      .every(
        (source) => existsSync(join(dist, source)) && existsSync(join(dist, source.slice(3).replace(/ts$/, "js"))),
      );
  } catch {
    return false;
  }
}
if (!isWhole()) rmSync(dist, { recursive: true, force: true });
