/** @file Windows over a series, and dividing rows where they stand. */
import { describe, expect, it, test } from "vitest";
import { DataError, slidingWindows, splitLast } from "../../src/data/index.js";
import { codesOf } from "../check/support.js";
import { inFolder } from "../cli/netc.js";

describe("slidingWindows", () => {
  const series = Float32Array.of(1, 2, 3, 4, 5);
  it("gives each run of rows", () => {
    expect([...slidingWindows(series, 1, 3, 0)]).toEqual([1, 2, 3, 2, 3, 4, 3, 4, 5]);
    expect([...slidingWindows(series, 1, 1, 3)]).toEqual([4, 5]);
    expect([...slidingWindows(series, 1, 2, 2)]).toEqual([3, 4, 4, 5]);
    expect([...slidingWindows(Int32Array.of(1, 2, 3, 4, 5, 6), 2, 2, 0)]).toEqual([1, 2, 3, 4, 3, 4, 5, 6]);
  });
  it("refuses a series that is too short", () => {
    expect(() => slidingWindows(series, 1, 4, 2, "a.csv")).toThrow(DataError);
    expect(() => slidingWindows(series, 1, 4, 2, "a.csv")).toThrow(
      "a.csv: the series is too short, expected 6 rows, found 5",
    );
  });
});

test("splitLast takes the last rows, and leaves some on both sides", () => {
  expect(splitLast(5, 0.4)).toEqual({ train: Int32Array.of(0, 1, 2), test: Int32Array.of(3, 4) });
  expect(splitLast(2, 0.01).test).toEqual(Int32Array.of(1));
  expect(splitLast(2, 0.99).train).toEqual(Int32Array.of(0));
  expect(splitLast(3, 0)).toEqual({ train: Int32Array.of(0, 1, 2), test: new Int32Array() });
});

const model = (past: string, next: string, test_ = "last(40%)") => `model Next {
  input  past: f32[2]
  target next: f32
  output y = past -> dense(1) -> reshape([])
  loss   mean_squared_error(y, next)
  optimizer sgd(0.01)
  data   { past: csv("s.csv", ${past}), next: csv("s.csv", ${next}), test: ${test_} }
}`;
const column = 'column: "v"';

test("a model of a series takes as many examples as have all their values", () =>
  inFolder({ "s.csv": "v\n1\n2\n3\n4\n5\n6\n7\n" }, async (folder) => {
    folder.write("next.net", model(`${column}, window: 2`, `${column}, shift: 2`));
    const { code, out } = await folder.run("train", "next.net", "--batch", "1", "--json");
    // Windows 1 2 to 5 6, as 6 7 has no next; two of the five are the test.
    expect([code, JSON.parse(out.trimEnd().split("\n").at(-1)!)]).toMatchObject([0, { steps: 3 }]);
    folder.write("short.net", model(`${column}, window: 2`, `${column}, shift: 7`));
    const short = await folder.run("train", "short.net");
    expect([short.code, short.err]).toEqual([1, expect.stringContaining("the series is too short")]);
    folder.write("wide.net", model(`${column}, window: 3`, `${column}, shift: 3`));
    const wide = await folder.run("train", "wide.net");
    expect([wide.code, wide.err]).toEqual([1, expect.stringContaining("in windows of 3 rows")]);
  }));

test("mistakes are told", () => {
  expect(codesOf(model(`${column}, window: 2`, `${column}, shift: 2`, "40%"))).toEqual([]);
  expect(codesOf(model(`${column}, window: 0`, column))).toEqual(["NET6002"]);
  expect(codesOf(model(`${column}, window: 2, window: 2`, column))).toEqual(["NET6002"]);
  expect(codesOf(model(`${column}, columns: ["v"]`, column))).toEqual(["NET6002"]);
  expect(codesOf(model(`${column}, windows: 2`, column))).toEqual(["NET6002"]);
  expect(codesOf(model(column, `${column}, shift: -1`))).toEqual(["NET6002"]);
  expect(codesOf(model(column, column, "last(200%)"))).toEqual(["NET6002"]);
  expect(codesOf(model(column, column, "first(20%)"))).not.toEqual([]);
});
