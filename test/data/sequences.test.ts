/** @file Sequences from text: words, characters, cells, sentences, their classes, and what is refused. */
import { describe, expect, test } from "vitest";
import { cellRows, classSequences, lineRows, numberSequences, parseCsv, sentenceRows } from "../../src/data/index.js";
import { DataError } from "../../src/data/index.js";

const fault = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};
const words = { by: "words" } as const;

describe("rows", () => {
  test("of lines: words or characters, without line ends, blank lines and a byte order mark", () => {
    expect(lineRows("\ufeffa  b\r\n\n c\r", "words").map(({ items, place }) => [items, place.line])).toEqual([
      [["a", "b"], 1],
      [["c"], 3],
    ]);
    expect(lineRows("é👍\n", "characters").map(({ items }) => items)).toEqual([["é", "👍"]]);
    expect(fault(() => lineRows("\n \n", "words", "f")).problem).toBe("the file is empty");
  });
  test("of cells", () => {
    const table = parseCsv('text,n\n"a, b",1\n\tc d ,2\n');
    expect(cellRows(table, "text", "words").map(({ items }) => items)).toEqual([
      ["a,", "b"],
      ["c", "d"],
    ]);
    expect(fault(() => cellRows(table, "txt", "words")).help).toBe('did you mean "text"?');
  });
  test("of sentences, without ranges and empty nodes", () => {
    const row = (id: string, form: string, tag: string) => `${id}\t${form}\t_\t${tag}${"\t_".repeat(6)}\n`;
    const text = `# text = It's on\n${row("1-2", "It's", "_")}${row("1", "It", "PRON")}${row("2", "'s", "AUX")}${row("2.1", "x", "_")}${row("3", "on", "ADV")}\n\n# b\n${row("1", "Go", "VERB")}`;
    expect(sentenceRows(text, 1).map(({ items }) => items)).toEqual([["It", "'s", "on"], ["Go"]]);
    expect(sentenceRows(text, 3).map(({ items }) => items)).toEqual([["PRON", "AUX", "ADV"], ["VERB"]]);
    expect(fault(() => sentenceRows("1\tIt\n", 1, "f"))).toMatchObject({ line: 1, found: "2 cells" });
    expect(fault(() => sentenceRows("# nothing\n", 1)).problem).toBe("the file holds no sentences");
  });
});

describe("classes", () => {
  test("by name, padded with 0, with an item before and after", () => {
    const options = { by: "characters", before: ".", after: "." } as const;
    expect(classSequences(lineRows("ab\nb\n", "characters"), [".", "a", "b"], 5, options)).toEqual({
      values: Int32Array.from([0, 1, 2, 0, 0, 0, 2, 0, 0, 0]),
      lengths: Int32Array.from([4, 3]),
    });
  });
  test("of words that are none: an error, or the class that stands for them", () => {
    const rows = lineRows("a b\na ab\n", "words", "f.txt");
    expect(fault(() => classSequences(rows, ["a", "b"], 3, words))).toMatchObject({
      file: "f.txt",
      line: 2,
      found: '"ab"',
    });
    expect([...classSequences(rows, ["<unknown>", "a", "b"], 2, words).values]).toEqual([1, 2, 1, 0]);
  });
  test("by number, or by hash", () => {
    expect([...classSequences(lineRows("2 0\n", "words"), 3, 2, words).values]).toEqual([2, 0]);
    expect(fault(() => classSequences(lineRows("2 3\n", "words"), 3, 2, words)).help).toContain("by: hashes");
    // FNV-1a of "a" and of "foobar", as published with the algorithm.
    const hashes = classSequences(lineRows("a foobar\n", "words"), 2 ** 31, 2, { by: "hashes" });
    expect([...hashes.values]).toEqual([0xe40c292c % 2 ** 31, 0xbf9cf968 % 2 ** 31]);
  });
  test("of rows that are too long, or empty", () => {
    const rows = lineRows("a a\na a a a\n", "words");
    expect(fault(() => classSequences(rows, ["a"], 3, words))).toMatchObject({ line: 2, found: "4" });
    expect(fault(() => classSequences(rows, ["a"], 3, words)).help).toContain("[t <= 4]");
    const cells = cellRows(parseCsv('t,u\n" ",1\n'), "t", "words");
    expect(fault(() => classSequences(cells, ["a"], 3, words)).problem).toBe("the sequence is empty");
  });
});

test("numbers", () => {
  const rows = lineRows("1 -2.5\n3e1\n", "words");
  expect(numberSequences(rows, 2)).toEqual({
    values: Float32Array.from([1, -2.5, 30, 0]),
    lengths: Int32Array.from([2, 1]),
  });
  for (const text of ["1 x\n", "1 inf\n", "1 1e99\n"])
    expect(fault(() => numberSequences(lineRows(text, "words"), 2)).problem).toBe("not a number");
});
