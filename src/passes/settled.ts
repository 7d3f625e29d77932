/** @file Work that adds nothing is passed over: once a factor of what a nest adds is known to be 0, its remaining loops do not run. */
import { affine } from "../ir/affine.js";
import type { KernelExpr } from "../ir/kernel.js";
import type { Read } from "../ir/types.js";
import { abs, add } from "../ops/index.js";
import type { LoopAxis } from "./access.js";
import { lane, lanes, plus, range, shifted, times, variable } from "./affine.js";
import type { Blocks } from "./blocks.js";
import { bind, type Env, type Expressions, inLanes } from "./expressions.js";
import { zeroFactorsOf } from "./guards.js";
import type { Nest } from "./nest.js";
import { rowsAtOnce, type Stream } from "./streams.js";

export class Settled {
  readonly #blocks: Blocks;
  readonly #expressions: Expressions;
  readonly #nest: Nest;
  /** Each factor is asked once. */
  readonly #asked = new Set<Read | Stream>();

  constructor(blocks: Blocks, expressions: Expressions, nest: Nest) {
    this.#blocks = blocks;
    this.#expressions = expressions;
    this.#nest = nest;
  }

  /** The condition on which the loops that are still to be opened run, if it is settled at the point that the others have reached. */
  condition(loops: readonly LoopAxis[], points: readonly Env[]): KernelExpr | undefined {
    const [point, second] = points;
    return point && !second ? (this.#factor(loops, point) ?? this.#rows(point)) : undefined;
  }

  /** Of a sparse gradient scattered by computed subscripts: a factor of the product. */
  #factor(loops: readonly LoopAxis[], point: Env): KernelExpr | undefined {
    const [output] = this.#nest.outputs;
    if (!output?.accumulate || output.at.every((at) => affine(at))) return undefined;
    const open = new Set(loops.flatMap(({ axes }) => axes));
    const read = zeroFactorsOf(output.value).find(
      (read) =>
        !this.#asked.has(read) &&
        read.free.length > 0 &&
        !read.free.some((axis) => open.has(axis)) &&
        !inLanes(read, point),
    );
    if (!read) return undefined;
    this.#asked.add(read);
    return this.#expressions.nonZero(this.#expressions.evaluate(read, point));
  }

  /** Of a matrix streamed: whether one of a group of rows counts, once the group is known. */
  #rows(point: Env): KernelExpr | undefined {
    const { stream } = this.#nest;
    const group = stream && point.get(stream.group);
    if (!group || this.#asked.has(stream)) return undefined;
    this.#asked.add(stream);
    const sizes = range(0, rowsAtOnce, lanes).map((row) => {
      const place = plus(shifted(times(group, rowsAtOnce), row), variable(lane));
      const factors = this.#expressions.evaluate(stream.factor, bind(point, [stream.row], place));
      return this.#blocks.apply(abs, "f32x4", factors);
    });
    const size = sizes.reduce((a, b) => this.#blocks.apply(add, "f32x4", a, b));
    return this.#expressions.nonZero({ kind: "across", type: "f32", op: "sum", value: size });
  }
}
