/** @file The built-in functions by name: tensor primitives that library text is written in. */
import type { Builtin } from "../builtin.js";
import { drawBuiltins } from "./draws.js";
import { elementwiseBuiltins } from "./elementwise.js";
import { reductionBuiltins } from "./reductions.js";
import { sequenceBuiltins } from "./sequences.js";
import { shapeBuiltins } from "./shapes.js";
import { structureBuiltins } from "./structure.js";

export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [
    ...elementwiseBuiltins,
    ...reductionBuiltins,
    ...shapeBuiltins,
    ...sequenceBuiltins,
    ...structureBuiltins,
    ...drawBuiltins,
  ].map((row) => [row.name, row]),
);
