/**
 * @file After tsc: puts chevrotain's single-file bundle and its licence into dist, behind dist/grammar/chevrotain.js (see there why), so
 * that the package contains its parser toolkit and nobody installs it; and the templates of `netc init`.
 */
import { copyFileSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const grammar = new URL("../../dist/grammar/", import.meta.url);
const copy = (from, to) =>
  copyFileSync(fileURLToPath(new URL(from, import.meta.resolve("chevrotain"))), fileURLToPath(new URL(to, grammar)));
copy("../chevrotain.min.mjs", "chevrotain.min.mjs");
copy("../../LICENSE.txt", "chevrotain.LICENSE.txt");
writeFileSync(
  fileURLToPath(new URL("chevrotain.js", grammar)),
  "// chevrotain (https://chevrotain.io), Apache License 2.0 (chevrotain.LICENSE.txt), unchanged.\n" +
    'export * from "./chevrotain.min.mjs";\n',
);

const templates = fileURLToPath(new URL("../../dist/src/cli/templates", import.meta.url));
rmSync(templates, { recursive: true, force: true });
cpSync(fileURLToPath(new URL("../cli/templates", import.meta.url)), templates, { recursive: true });
