/** @file Before tsc: removes what an earlier build left, or the package would hold modules whose sources are gone. */
import { rmSync } from "node:fs";

rmSync(new URL("../../dist", import.meta.url), { recursive: true, force: true });
