/**
 * @file After tsc: puts chevrotain's single-file bundle and its licence into dist, behind dist/grammar/chevrotain.js (see there why). The
 * package so contains its parser toolkit, and nobody installs it.
 */
import { copyFileSync, writeFileSync } from "node:fs";
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
