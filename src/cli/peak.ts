/** @file The peaks of one core of this machine, measured in this process: multiply-adds of a register tile that stays in the first-level cache, in GFLOP/s. */
import { encodeBody, list, preamble, section, sectionId, text } from "../backends/wasm/encode.js";
import { FunctionBuilder } from "../backends/wasm/function.js";
import type { Target } from "../backends/model.js";

/** What the kernels of a target could reach at best on one core; up to 0.5 s. `relaxed` is for engines that have it. */
export const peakOf = (target: Target, relaxed = false): number =>
  target === "wasm" ? vectorPeak(relaxed) : scalarPeak();

const depth = 512;

/** Best of several runs of `tile`, which makes `flops` operations per call. */
function best(flops: number, tile: () => void): number {
  const calls = Math.ceil(25e6 / flops);
  let most = 0;
  for (let round = 0; round < 60; round++) {
    const start = performance.now();
    for (let k = 0; k < calls; k++) tile();
    most = Math.max(most, (calls * flops) / (performance.now() - start) / 1e6);
  }
  return most;
}

/** C = A B for one 3 x 4 tile per call: 12 accumulators, the shape that V8 runs fastest. */
const scalarTile = `
"use strict";
return function tile(depth, a, b, c) {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0;
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0;
  for (let k = 0; k < depth; k++) {
    const p = k * 3;
    const q = k * 4;
    const a0 = a[p], a1 = a[p + 1], a2 = a[p + 2];
    const b0 = b[q], b1 = b[q + 1], b2 = b[q + 2], b3 = b[q + 3];
    s00 += a0 * b0; s01 += a0 * b1; s02 += a0 * b2; s03 += a0 * b3;
    s10 += a1 * b0; s11 += a1 * b1; s12 += a1 * b2; s13 += a1 * b3;
    s20 += a2 * b0; s21 += a2 * b1; s22 += a2 * b2; s23 += a2 * b3;
  }
  c[0] = s00; c[1] = s01; c[2] = s02; c[3] = s03;
  c[4] = s10; c[5] = s11; c[6] = s12; c[7] = s13;
  c[8] = s20; c[9] = s21; c[10] = s22; c[11] = s23;
};`;

export function scalarPeak(): number {
  const tile = new Function(scalarTile)() as (depth: number, a: Float32Array, b: Float32Array, c: Float32Array) => void;
  const a = new Float32Array(depth * 3).fill(0.5);
  const b = new Float32Array(depth * 4).fill(0.25);
  const c = new Float32Array(12);
  return best(depth * 24, () => tile(depth, a, b, c));
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, () => void>> };
};

const vectors = 2;
const vectorBytes = 16;

/**
 * 128-bit vectors in WebAssembly: 4 rows x 2 vectors, one step of the depth per iteration; 8 accumulators and few loads stay in
 * registers on every V8. Multiplying and adding in one instruction takes more of them to hide how long that takes.
 */
export function vectorPeak(relaxed = false): number {
  const rows = relaxed ? 6 : 4;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(vectorTile(rows, relaxed)));
  return best(depth * rows * vectors * 4 * 2, instance.exports["tile"]!);
}

/** A at 0 (a column of the tile per step), B behind it, C behind that, in one page of a memory of the module's own. */
function vectorTile(rows: number, relaxed: boolean): Uint8Array {
  const builder = new FunctionBuilder([]);
  const atB = depth * rows * 4;
  const atC = atB + depth * vectors * vectorBytes;
  const place = (base: number, k: number) => base + k * vectorBytes;
  const a = builder.local("i32");
  const b = builder.local("i32");
  const sums = Array.from({ length: rows * vectors }, () => builder.local("v128"));
  builder.i32(0);
  builder.set(a);
  builder.i32(0);
  builder.set(b);
  for (const sum of sums) {
    builder.emit("f32.const", 0);
    builder.emit("f32x4.splat");
    builder.set(sum);
  }
  builder.loop(() => {
    const right = Array.from({ length: vectors }, (_, j) => {
      builder.get(b);
      builder.emit("v128.load", place(atB, j));
      return builder.keep("v128");
    });
    for (let i = 0; i < rows; i++) {
      builder.get(a);
      builder.emit("v128.load32_splat", i * 4);
      const left = builder.keep("v128");
      for (let j = 0; j < vectors; j++) {
        const sum = sums[i * vectors + j]!;
        if (!relaxed) builder.get(sum);
        builder.get(left);
        builder.get(right[j]!);
        if (relaxed) {
          builder.get(sum);
          builder.emit("f32x4.relaxed_madd");
        } else {
          builder.emit("f32x4.mul");
          builder.emit("f32x4.add");
        }
        builder.set(sum);
      }
    }
    builder.get(b);
    builder.i32(vectors * vectorBytes);
    builder.emit("i32.add");
    builder.set(b);
    builder.get(a);
    builder.i32(rows * 4);
    builder.emit("i32.add");
    builder.tee(a);
    builder.i32(atB);
    builder.emit("i32.lt_u");
  });
  sums.forEach((sum, k) => {
    builder.i32(0);
    builder.get(sum);
    builder.emit("v128.store", place(atC, k));
  });
  const memorySection = 5;
  return Uint8Array.from([
    ...preamble,
    ...section(sectionId.type, list([[0x60, 0, 0]])),
    ...section(sectionId.function, list([[0]])),
    ...section(memorySection, list([[0, 1]])),
    ...section(sectionId.export, list([[...text("tile"), 0, 0]])),
    ...section(sectionId.code, list([encodeBody(builder.finish("tile"))])),
  ]);
}
