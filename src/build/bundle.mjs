/** @file After tsc: puts chevrotain's single-file bundle into dist, behind dist/grammar/chevrotain.js (see there why), and templates. */
import { copyFileSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const grammar = new URL("../../dist/grammar/", import.meta.url);
const bundle = new URL("../chevrotain.min.mjs", import.meta.resolve("chevrotain"));
copyFileSync(fileURLToPath(bundle), fileURLToPath(new URL("chevrotain.min.mjs", grammar)));
writeFileSync(
  fileURLToPath(new URL("chevrotain.js", grammar)),
  '// chevrotain (https://chevrotain.io), Apache License 2.0, unchanged.\nexport * from "./chevrotain.min.mjs";\n',
);

const templates = fileURLToPath(new URL("../../dist/src/cli/templates", import.meta.url));
rmSync(templates, { recursive: true, force: true });
cpSync(fileURLToPath(new URL("../cli/templates", import.meta.url)), templates, { recursive: true });
