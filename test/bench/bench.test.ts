/** @file What the benches rest on: contests, peers as commands, peaks, ONNX files. */
import { describe, expect, it } from "vitest";
import { compete, peerCommand, timingOf } from "../../src/cli/bench-compare.js";
import { sample } from "../../src/cli/bench-step.js";
import { InputFault } from "../../src/cli/fault.js";
import { scalarPeak, vectorPeak } from "../../src/cli/peak.js";
import { mlp, onnx } from "./peers/onnx.js";

describe("compete", () => {
  it("measures in turn and gives ratios to the first", async () => {
    const calls: string[] = [];
    const contestant = (name: string, times: readonly number[]) => {
      let round = 0;
      return {
        name,
        measure: () => {
          calls.push(name);
          const ms = times[round++]!;
          return { ms, median: 2 * ms };
        },
      };
    };
    const standings = await compete([contestant("a", [3, 1, 2]), contestant("b", [9, 6, 4])], 3);
    expect(calls.join("")).toBe("ababab");
    expect(standings).toEqual([
      { name: "a", ms: 1, median: 4, ratio: { ms: 1, median: 1 } },
      { name: "b", ms: 4, median: 12, ratio: { ms: 4, median: 3 } },
    ]);
  });
});

describe("peerCommand", () => {
  const print = (line: string) => `echo '${line}'`;
  it("takes the last line a command prints", async () => {
    const { name, measure } = await peerCommand(
      `echo warming up; ${print('{"peer": "P 1", "ms": 1.5, "median": 2, "batch": 32}')}`,
      { batch: 32, threads: 2 },
    );
    expect(name).toBe("P 1");
    expect(await measure()).toMatchObject({ ms: 1.5, median: 2 });
  });
  it.each([
    ["exits with an error", "echo it broke >&2; exit 3", "failed"],
    ["prints no object", "echo hello", 'printed "hello"'],
    ["prints another object", print('{"peer": "P"}'), "printed"],
    ["measures something else", print('{"peer": "P", "ms": 1, "median": 1, "batch": 8}'), "measured batch 8, not 32"],
  ])("refuses a command that %s", async (_, command, message) => {
    const asked = peerCommand(command, { batch: 32 });
    await expect(asked).rejects.toBeInstanceOf(InputFault);
    await expect(asked).rejects.toThrow(message);
  });
});

describe("sample", () => {
  it("takes means of so many calls, and starts again every hundred calls", () => {
    let calls = 0;
    const restarts: number[] = [];
    const times = sample(0.02, 10, { run: () => void calls++, restart: () => void restarts.push(calls) });
    expect(calls).toBe(10 * times.length);
    expect(restarts).toEqual(Array.from({ length: Math.ceil(calls / 100) }, (_, k) => 100 * k));
    expect(timingOf([3, 1, 2])).toEqual({ ms: 1, median: 2 });
  });
});

it("measures the peaks of both targets", () => {
  // In GFLOP/s: between a slow interpreter and any core there is.
  for (const peak of [scalarPeak(), vectorPeak()]) {
    expect(peak).toBeGreaterThan(0.05);
    expect(peak).toBeLessThan(1000);
  }
});

describe("onnx", () => {
  it("writes fields as ONNX numbers them", () => {
    const bytes = [...onnx([2], [{ op: "Relu" }], [2])];
    const port = (name: string) => [0x0a, 1, name.charCodeAt(0), 0x12, 10, 0x0a, 8, 0x08, 1, 0x12, 4, 0x0a, 2, 0x08, 2];
    const node = [0x0a, 1, 120, 0x12, 1, 121, 0x22, 4, ...Buffer.from("Relu")];
    const graph = [
      [0x0a, node.length, ...node],
      [0x12, 5, ...Buffer.from("bench")],
      [0x5a, port("x").length, ...port("x")],
      [0x62, port("y").length, ...port("y")],
    ].flat();
    expect(bytes).toEqual([0x08, 8, 0x3a, graph.length, ...graph, 0x42, 4, 0x0a, 0, 0x10, 13]);
  });
  it("holds the weights", () => {
    const weights = 784 * 128 + 128 + 128 * 10 + 10;
    expect(mlp(1).length - 4 * weights).toBeGreaterThan(0);
    expect(mlp(1).length - 4 * weights).toBeLessThan(500);
  });
});
