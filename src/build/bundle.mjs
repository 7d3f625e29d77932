/**
 * @file After tsc: bundles what the package offers into dist/package, since Node takes longer to find 400 modules than netc to compile a model.
 * What two entries share is a chunk that both import. chevrotain is among them with its licence, so that nobody installs it.
 * The templates of `netc init` lie beside.
 */
import { copyFileSync, cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const chevrotain = (path) => fileURLToPath(new URL(path, import.meta.resolve("chevrotain")));
const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const outdir = root("dist/package");

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: {
    cli: "cli/main.js",
    compiler: "compiler/index.js",
    data: "data/index.js",
    prettier: "format/plugin.js",
    register: "bundler/register.js",
    // Started by path, from the same folder.
    "node-hooks": "bundler/node-hooks.js",
    ...Object.fromEntries(
      ["vite", "rollup", "rolldown", "webpack", "rspack", "esbuild"].map((name) => [name, `bundler/${name}.js`]),
    ),
  },
  absWorkingDir: root("dist/src"),
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  alias: { chevrotain: chevrotain("../chevrotain.min.mjs") },
  logLevel: "warning",
});
// Read as text, hence without chunks.
copyFileSync(root("dist/src/bundler/hot.js"), `${outdir}/hot.js`);
copyFileSync(chevrotain("../../LICENSE.txt"), `${outdir}/chevrotain.LICENSE.txt`);
cpSync(root("src/cli/templates"), `${outdir}/templates`, { recursive: true });
