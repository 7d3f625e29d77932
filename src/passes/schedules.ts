/**
 * @file Schedules: tilings of nests that were chosen by measurement. A nest is known by its structure, so that a choice outlives
 * edits elsewhere; one that no longer fits is passed over.
 */
import type { LoopAxis } from "./access.js";
import type { Choice, NestTiles, Tiling } from "./contraction.js";
import type { Nest } from "./nest.js";
import { describeNest, nestKey } from "./nest-key.js";

/** A nest on its way to become loops. */
export interface NestReport {
  /** Of the kernel that it is part of. */
  readonly kernel: string;
  /** For which it is scheduled. */
  readonly batch: number;
  readonly key: string;
  /** Its loops and sums, for people. */
  readonly description: string;
  /** Points, and terms of each sum. */
  readonly size: number;
  readonly tiles: NestTiles;
  /** How it runs. */
  readonly chosen: Choice;
  /** There is a choice for it, which it cannot follow. */
  readonly isUnfit: boolean;
}
export interface Schedules {
  /** By the key of the nest. */
  readonly choices: ReadonlyMap<string, Choice>;
  /** Told of every nest that is scheduled for vectors. */
  readonly onNest?: (report: NestReport) => void;
}

/** As the schedule says where there is one, else by the cost model. */
export function tilingFor(
  schedules: Schedules | undefined,
  tiles: NestTiles,
  { nest, loops, batch, kernel }: ScheduledNest,
): Tiling {
  if (!schedules || nest.outputs.length === 0) return tiles.default();
  const { choices, onNest } = schedules;
  if (choices.size === 0 && !onNest) return tiles.default();
  const key = nestKey(nest, loops, batch);
  const choice = choices.get(key);
  const wanted = choice && tiles.of(choice);
  const tiling = wanted ?? tiles.default();
  onNest?.({
    kernel,
    batch,
    key,
    ...describeNest(nest, loops, batch),
    tiles,
    chosen: tiles.choiceOf(tiling),
    isUnfit: choice !== undefined && !wanted,
  });
  return tiling;
}
export interface ScheduledNest {
  readonly nest: Nest;
  readonly loops: readonly LoopAxis[];
  readonly batch: number;
  readonly kernel: string;
}
