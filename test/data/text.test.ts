/** @file Character windows, seeded splits, and real tables. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  characterWindows,
  encodeCharacters,
  labelColumn,
  numericColumns,
  parseCsv,
  permutation,
  splitRows,
  takeRows,
} from "../../src/data/index.js";

const alphabet = ["\n", "a", "b", "é", "🙂"];

describe("characterWindows", () => {
  it("cuts windows that do not overlap; targets are one character later", () => {
    const windows = characterWindows("ab\nabba", alphabet, 2);
    expect(windows.count).toBe(3);
    expect(windows.inputs).toEqual(Int32Array.of(1, 2, 0, 1, 2, 2));
    expect(windows.targets).toEqual(Int32Array.of(2, 0, 1, 2, 2, 1));
    expect(characterWindows("abab", alphabet, 2).count).toBe(1);
  });

  it("counts characters, not UTF-16 units", () => {
    expect(encodeCharacters("🙂é", alphabet)).toEqual(Int32Array.of(4, 3));
  });

  it("names line and column of a character outside the alphabet", () => {
    expect(() => characterWindows("ab\n🙂c", alphabet, 2, "n.txt")).toThrow(
      'n.txt:2, column 2: a character is not in the alphabet, expected one of "\\n", "a", "b", "é", "🙂", found "c" (U+0063)',
    );
  });

  it("refuses an empty text, one of a single window, and classes longer than a character", () => {
    expect(() => characterWindows("", alphabet, 2, "n.txt")).toThrow("n.txt: the file is empty");
    expect(() => characterWindows("ab", alphabet, 2, "n.txt")).toThrow(
      "n.txt: the text is too short, expected at least 3 characters, a window of 2 and the next one, found 2",
    );
    expect(() => encodeCharacters("ab", ["a", "ab"])).toThrow('each class must be one character, found the class "ab"');
    expect(() => encodeCharacters("ab", [""])).toThrow("each class must be one character");
  });
});

describe("splitRows", () => {
  it("uses every row once, the same for the same seed, another for another", () => {
    const { train, test } = splitRows(150, 0.2, 7);
    expect(test.length).toBe(30);
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, i) => i));
    expect(splitRows(150, 0.2, 7)).toEqual({ train, test });
    expect(splitRows(150, 0.2, 8).test).not.toEqual(test);
  });

  it("leaves neither part empty, unless the fraction is 0 or there is one row", () => {
    expect(splitRows(3, 0.01, 1).test.length).toBe(1);
    expect(splitRows(3, 0.99, 1).train.length).toBe(1);
    expect(splitRows(3, 0, 1).test.length).toBe(0);
    expect(splitRows(1, 0.5, 1).train.length).toBe(1);
    expect(splitRows(0, 0.5, 1).train.length).toBe(0);
    for (const fraction of [-0.1, 1, NaN]) expect(() => splitRows(3, fraction, 1)).toThrow(RangeError);
  });

  it("permutes uniformly: each of the 24 orders of 4 rows comes up about as often", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 24_000; seed++) {
      const order = permutation(4, seed).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Standard deviation 31: 5 of them.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(155);
  });

  it("takes rows out of arrays", () => {
    expect(takeRows(Float32Array.of(0, 1, 2, 3, 4, 5), 2, Int32Array.of(2, 0))).toEqual(Float32Array.of(4, 5, 0, 1));
    expect(takeRows(Int32Array.of(7, 8, 9), 1, Int32Array.of(1))).toEqual(Int32Array.of(8));
  });
});

const shared = new URL("../../../shared/data/", import.meta.url);
describe.skipIf(!existsSync(shared))("real tables and texts (skipped without ../shared/data)", () => {
  const read = (name: string): string => readFileSync(new URL(name, shared), "utf8");

  it("reads iris", () => {
    const table = parseCsv(read("iris/iris.csv"), "iris.csv");
    expect(numericColumns(table, table.columns.slice(0, 4)).length).toBe(600);
    const labels = labelColumn(table, "target", ["setosa", "versicolor", "virginica"]);
    expect(Array.from(labels, (label) => label).filter((label) => label === 2).length).toBe(50);
  });

  it("reads quoted sentences, and names the row of the first empty cell", () => {
    const sentences = parseCsv(read("sst2/train.csv"), "train.csv");
    expect(sentences.lines.length).toBe(6920);
    const cars = parseCsv(read("auto_mpg/auto_mpg.csv"), "auto_mpg.csv");
    expect(() => numericColumns(cars, ["mpg", "horsepower"])).toThrow(
      'auto_mpg.csv:34, row 33, column "horsepower": the cell is empty, expected a number',
    );
  });

  it("reads names", () => {
    const letters = ["\n", ..."abcdefghijklmnopqrstuvwxyz"];
    const text = read("names/names.txt");
    expect(characterWindows(text, letters, 16).count).toBe(Math.floor((text.length - 1) / 16));
  });
});
