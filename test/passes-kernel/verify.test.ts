/** @file The kernel verifier: what it refuses. */
import { describe, expect, it } from "vitest";
import type { Kernel, KernelExpr, KernelStatement } from "../../src/ir/kernel.js";
import { verifyKernel } from "../../src/passes/verify-kernel.js";

const int = (value: number): KernelExpr => ({ kind: "const", type: "i32", value });
const local = (name: string): KernelExpr => ({ kind: "local", type: "i32", name });
const store = (index: KernelExpr): KernelStatement => ({
  kind: "store",
  array: "outputs",
  index,
  value: int(0),
  accumulate: false,
});
const loop = (to: KernelExpr, body: readonly KernelStatement[], step = 1): KernelStatement => ({
  kind: "for",
  variable: "i",
  from: int(0),
  to,
  step,
  body,
});
const faults = (...body: readonly KernelStatement[]) => {
  const kernel: Kernel = { name: "k", origins: [], body, flops: 0 };
  return verifyKernel(kernel, 4, { outputs: 12 });
};

describe("the kernel verifier", () => {
  it("accepts loops up to the batch that stay inside", () => {
    const at: KernelExpr = { kind: "linear", type: "i32", constant: 2, terms: [{ name: "i", factor: 3 }] };
    expect(faults(loop(local("n"), [store(at)]))).toEqual([]);
  });
  it.each<[string, readonly KernelStatement[], RegExp]>([
    ["an unknown name", [store(local("i"))], /i is used before it is defined/],
    ["a name of a closed loop", [loop(int(3), [store(local("i"))]), store(local("i"))], /before it is defined/],
    ["an index beyond", [loop(int(13), [store(local("i"))])], /accessed at 12/],
    ["an index below", [store(int(-1))], /accessed at -1/],
    [
      "a name twice",
      [
        { kind: "let", name: "a", value: int(0) },
        { kind: "let", name: "a", value: int(1) },
      ],
      /twice/,
    ],
    [
      "an assigned constant",
      [
        { kind: "let", name: "a", value: int(0) },
        { kind: "assign", name: "a", value: int(1) },
      ],
      /no accumulator/,
    ],
    ["a loop that stands still", [loop(int(3), [], 0)], /advances by 0/],
  ])("finds %s", (_, body, message) => {
    expect(faults(...body).join("\n")).toMatch(message);
  });
});
