/** @file What follows a metric from epoch to epoch: `early_stop(..)` and `reduce_on_plateau(..)` in a `train` block. */
import type { Expression } from "../syntax/ast.js";
import type { Context } from "./context.js";
import type { EarlyStop, Plateau } from "./model.js";
import { atLeast0, bool, epochs, name, number, options } from "./options.js";

const factor = number("a number above 0, below 1", (n) => n > 0 && n < 1);
const metric = name("the name of the loss or a metric", () => true);
const direction = name("min or max", (given) => given === "min" || given === "max");
const example = "monitor: loss, patience: 3";

const monitored = { monitor: ["monitor", metric], direction: ["direction", direction] } as const;

export const earlyStop = (c: Context, e: Expression): EarlyStop | undefined =>
  options<EarlyStop>(
    c,
    "stop",
    "early_stop",
    example,
    e,
    { monitor: "loss", direction: undefined, minDelta: 0, patience: 0, restoreBest: false },
    {
      ...monitored,
      min_delta: ["minDelta", atLeast0],
      patience: ["patience", epochs],
      restore_best: ["restoreBest", bool],
    },
  );

/** Defaults of Keras. */
export const reduceOnPlateau = (c: Context, e: Expression): Plateau | undefined =>
  options<Plateau>(
    c,
    "learning_rate",
    "reduce_on_plateau",
    example,
    e,
    { monitor: "loss", direction: undefined, factor: 0.1, patience: 10, minDelta: 1e-4, cooldown: 0, least: 0 },
    {
      ...monitored,
      factor: ["factor", factor],
      patience: ["patience", epochs],
      min_delta: ["minDelta", atLeast0],
      cooldown: ["cooldown", epochs],
      min_learning_rate: ["least", atLeast0],
    },
  );
