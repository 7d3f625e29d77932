/** @file The passes in their order: what is done to a graph before and after gradients are taken. */
import type { Graph } from "../ir/graph.js";
import { printProgram } from "../ir/print.js";
import { rootsOf } from "../ir/traverse.js";
import type { Program, Tensor } from "../ir/types.js";
import { assertProgram } from "../ir/verify.js";
import { commuteMax } from "./commute-max.js";
import { eraseCustom } from "./erase-custom.js";
import { foldConstants } from "./fold-constants.js";
import { fuse } from "./fuse.js";
import { shrink } from "./shrink.js";
import { simplify } from "./simplify.js";
import { splitProducts } from "./split-products.js";
import { splitScan } from "./split-scan.js";
import { stabilise } from "./stabilise.js";
import { winograd } from "./winograd.js";

/** New forms of the tensors wanted, in their order. What they no longer need is dead: nothing else refers to it. */
export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph, roots: readonly Tensor[], options: PassOptions) => readonly Tensor[];
}
export interface PassOptions {
  /** Keep to the order of operations of the direct form, where a faster one rounds otherwise. Default false. */
  readonly exact?: boolean;
  /** Largest number of examples in one call. Default 32. */
  readonly batch?: number;
  /** Called with the program as text after the passes named here; `all` names every pass. */
  readonly printAfter?: { readonly passes: readonly string[]; readonly print: (pass: string, text: string) => void };
  /** Check the graph after each pass; a fault is a defect of the compiler. */
  readonly verify?: boolean;
}

const beforeDifferentiation = { differentiated: false };
const afterDifferentiation = { differentiated: true };

export const beforeGradient: readonly Pass[] = [
  { name: "simplify", run: (graph, roots) => simplify(graph, roots, beforeDifferentiation) },
  { name: "commute-max", run: commuteMax },
  { name: "stabilise", run: stabilise },
  { name: "split-products", run: splitProducts },
  { name: "shrink", run: shrink },
];

export const afterGradient: readonly Pass[] = [
  { name: "erase-custom", run: eraseCustom },
  { name: "simplify", run: (graph, roots) => simplify(graph, roots, afterDifferentiation) },
  { name: "fold-constants", run: foldConstants },
  { name: "split-products", run: splitProducts },
  { name: "split-scan", run: splitScan },
  { name: "shrink", run: shrink },
  { name: "fuse", run: fuse },
  // What one round brings together, algebra shortens, and a second round puts where it belongs.
  { name: "fuse-again", run: fuse },
  { name: "winograd", run: (graph, roots, { exact, batch = 32 }) => (exact ? roots : winograd(graph, roots, batch)) },
];

/** A program after some passes. */
export function runPasses(graph: Graph, passes: readonly Pass[], program: Program, options: PassOptions = {}): Program {
  let current = program;
  if (options.verify) assertProgram(current, "construction");
  for (const pass of passes) {
    const roots = rootsOf(current);
    const made = pass.run(graph, roots, options);
    let next = 0;
    current = {
      name: current.name,
      stages: current.stages.map((stage) => stage.map(({ target }) => ({ target, value: made[next++]! }))),
    };
    if (options.verify) assertProgram(current, pass.name);
    const { printAfter } = options;
    if (printAfter?.passes.some((name) => name === pass.name || name === "all"))
      printAfter.print(pass.name, printProgram(current));
  }
  return current;
}

/** Tensors after some passes, without a program around them. */
export function runPassesOn(graph: Graph, passes: readonly Pass[], roots: readonly Tensor[]): readonly Tensor[] {
  return passes.reduce((tensors, pass) => pass.run(graph, tensors, {}), roots);
}
