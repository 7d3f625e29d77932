/**
 * @file After tsc: bundles what the package offers into dist/package, since Node takes longer to find 400 modules than netc to compile a model.
 * What two entries share is a chunk that both import. Other packages are inside, with their licences, so that nobody installs them, but for
 * those that people have: prettier and unplugin.
 * The templates of `netc init` lie beside.
 */
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const chevrotain = (path) => fileURLToPath(new URL(path, import.meta.resolve("chevrotain")));
const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const outdir = root("dist/package");

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
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
  external: ["prettier", "prettier/*", "unplugin"],
  metafile: true,
  alias: { chevrotain: chevrotain("../chevrotain.min.mjs") },
  logLevel: "warning",
});
// Read as text, hence without chunks.
copyFileSync(root("dist/src/bundler/hot.js"), `${outdir}/hot.js`);
// CommonJS packages ask for Node's own modules by `require`. Not imported: the entry `netc` shares the chunk, and runs in browsers, too.
const banner =
  'const require = globalThis.process?.getBuiltinModule?.("node:module").createRequire(import.meta.url);\n';
for (const name of Object.keys(metafile.outputs)) {
  const path = resolve(root("dist/src"), name);
  const text = readFileSync(path, "utf8");
  if (text.includes("var __require =")) writeFileSync(path, banner + text);
}

const inside = Object.keys(metafile.inputs).flatMap(
  (name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? [],
);
const licences = [...new Set(inside)].sort().map((name) => {
  const folder = root(`node_modules/${name}/`);
  const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return `${name}\n\n${readFileSync(folder + licence, "utf8").trim()}\n`;
});
writeFileSync(`${outdir}/LICENSES.txt`, licences.join(`\n${"-".repeat(80)}\n\n`));
cpSync(root("src/cli/templates"), `${outdir}/templates`, { recursive: true });
