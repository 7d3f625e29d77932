/** @file CSV reading and the binding of columns: values, and every way a table can be at fault. */
import { describe, expect, it } from "vitest";
import { DataError, integerColumns, labelColumn, numericColumns, parseCsv } from "../../src/data/index.js";

/** The DataError that `action` throws. */
function fault(action: () => unknown): DataError {
  try {
    action();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error("expected a DataError");
}

describe("parseCsv", () => {
  it("reads quotes, doubled quotes, embedded line ends, CRLF, a byte order mark and blank lines", () => {
    const table = parseCsv('\ufeff"a", b \r\n1,"x,y"\r\n\r\n2,"say ""hi"""\r\n3,"two\nlines"\r\n4,\r\n', "t.csv");
    expect(table.columns).toEqual(["a", "b"]);
    expect(table.cells).toEqual([
      ["1", "2", "3", "4"],
      ["x,y", 'say "hi"', "two\nlines", ""],
    ]);
    expect(table.lines).toEqual([2, 4, 5, 7]);
  });

  it("needs no line end after the last row, and takes CR alone", () => {
    expect(parseCsv("a,b\r1,2\r3,").cells).toEqual([
      ["1", "3"],
      ["2", ""],
    ]);
  });

  it.each([
    ["names and cells alike in quotes", '"a","b"\n"1","2"', { a: ["1"], b: ["2"] }],
    ["quotes alone in a cell", 'a,b\n"""",""""""\n', { a: ['"'], b: ['""'] }],
    ["empty cells, in quotes or not", 'a,b\n"",\n,""\n', { a: ["", ""], b: ["", ""] }],
    ["a lone empty cell in quotes, which is no blank line", 'a\n""\n\n"x"', { a: ["", "x"] }],
    ["commas and quotes in one cell", 'a,b\n1,"{""k"": [1, 2]}"\n', { a: ["1"], b: ['{"k": [1, 2]}'] }],
    ["line ends of each kind in cells", 'a,b\r\n"1\r2","3\r\n4"\r\n', { a: ["1\r2"], b: ["3\r\n4"] }],
    ["line ends of each kind after rows", "a\r1\n2\r\n3", { a: ["1", "2", "3"] }],
    ["a line end in a name", '"a\nb",c\n1,2', { "a\nb": ["1"], c: ["2"] }],
    ["blanks, which belong to cells", "a,b\n 1 ,\t2\n", { a: [" 1 "], b: ["\t2"] }],
    ["a comma at the end of each line", "a,\n1,\n", { a: ["1"], "": [""] }],
    [
      "characters that only look like separators",
      "a,b\n1;2,x\u2028\u0085\v\f\0y\n",
      { a: ["1;2"], b: ["x\u2028\u0085\v\f\0y"] },
    ],
    ["characters of all planes", 'a,ключ\nʤ,"😀"\n', { a: ["ʤ"], ключ: ["😀"] }],
    ["names of JavaScript's own", "constructor,length\n1,2\n", { constructor: ["1"], length: ["2"] }],
  ])("reads %s", (_, text, table) => {
    const { columns, cells } = parseCsv(text);
    expect(columns.map((name, k) => [name, cells[k]])).toEqual(Object.entries(table));
  });

  it.each([
    ["", "t.csv: the file is empty, expected a header line with the names of the columns"],
    ["\ufeff\n\n", "t.csv: the file is empty, expected a header line with the names of the columns"],
    ["a,b\n", "t.csv: the table has a header but no rows"],
    ["a,b\n1,2\n\n3\n", "t.csv:4, row 2: the row has the wrong number of cells, expected 2, as in the header, found 1"],
    [
      'a,b\n"1\n",2\n3,4,5\n',
      "t.csv:4, row 2: the row has the wrong number of cells, expected 2, as in the header, found 3",
    ],
    ['a,b\n1,"2\n3,4\n', 't.csv:2: a double quote is never closed, found "\\"2\\n3,4\\n"'],
    [
      'a\n"1"2\n',
      't.csv:2: text after the closing double quote of a cell, expected a comma or the end of the line, found "2\\n"',
    ],
    ['a\n5" pipe\n', 't.csv:2: a double quote inside a cell that does not start with one, found "5\\""'],
  ])("refuses %j", (text, message) => {
    expect(fault(() => parseCsv(text, "t.csv")).message).toBe(message);
  });

  it("reads rows longer than any line should be", () => {
    const names = Array.from({ length: 20_000 }, (_, k) => `c${k}`);
    const table = parseCsv(`${names.join()}\n${names.map(() => "1").join()}\n`);
    expect(numericColumns(table, ["c19999", "c0"])).toEqual(Float32Array.of(1, 1));
    const cell = "x".repeat(3_000_000);
    expect(parseCsv(`a,b\n${cell},"${cell}"`).cells).toEqual([[cell], [cell]]);
  });

  it("reads 2 MB in linear time", () => {
    const text = `a,b,c,d\n${'1.25,"quoted, cell",-3e-4,setosa\n'.repeat(60_000)}`;
    const start = performance.now();
    const table = parseCsv(text);
    // Seconds even on a busy machine; quadratic reading would take minutes.
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(table.lines.length).toBe(60_000);
  });
});

const iris = (rows: string): ReturnType<typeof parseCsv> => parseCsv(`length,width,species\n${rows}`, "iris.csv");

describe("numericColumns", () => {
  it("takes columns in the order asked for, row-major", () => {
    const table = iris("1.5,-2,a\n .5 ,3e2,b\n");
    expect(numericColumns(table, ["width", "length"])).toEqual(Float32Array.of(-2, 1.5, 300, 0.5));
  });

  it.each([
    ["abc", 'iris.csv:3, row 2, column "width": not a number, found "abc"', undefined],
    ["", 'iris.csv:3, row 2, column "width": the cell is empty, expected a number', "fill in or remove the row"],
    ["0x10", 'iris.csv:3, row 2, column "width": not a number, found "0x10"', undefined],
    ["NaN", 'iris.csv:3, row 2, column "width": not a number, found "NaN"', "missing and infinite values"],
    ["-inf", 'iris.csv:3, row 2, column "width": not a number, found "-inf"', "missing and infinite values"],
    ['"3,5"', 'iris.csv:3, row 2, column "width": not a number, found "3,5"', "write decimals with a point"],
    ["1e39", 'iris.csv:3, row 2, column "width": the number is too large for 32-bit floats, found "1e39"', undefined],
  ])("refuses %j", (cell, message, help) => {
    const error = fault(() => numericColumns(iris(`1,2,a\n1,${cell},a\n`), ["length", "width"]));
    expect(error.message).toBe(message);
    expect(error).toMatchObject({ file: "iris.csv", line: 3, row: 2, column: "width" });
    if (help === undefined) expect(error.help).toBeUndefined();
    else expect(error.help).toContain(help);
  });

  it("reads a cell of a million digits, or nearly digits, in linear time", () => {
    // Quadratic matching would take most of an hour.
    const digits = "1".repeat(1_000_000);
    expect(fault(() => numericColumns(parseCsv(`a\n${digits}`), ["a"])).message).toContain("too large");
    expect(fault(() => numericColumns(parseCsv(`a\n${digits}x`), ["a"])).message).toContain("not a number");
  });

  it("suggests the nearest column and lists all", () => {
    const error = fault(() => numericColumns(iris("1,2,a"), ["lenght"]));
    expect(error.describe()).toBe(
      'iris.csv:1: there is no column "lenght", found the columns "length", "width", "species"\n  help: did you mean "length"?',
    );
  });

  it("says when cells are not separated by commas", () => {
    expect(fault(() => numericColumns(parseCsv("a;b\n1;2"), ["a"])).help).toBe("cells must be separated by commas");
  });

  it("refuses a column that the header names twice", () => {
    const error = fault(() => numericColumns(parseCsv("a,a\n1,2"), ["a"]));
    expect(error.message).toContain('names the column "a" twice');
  });
});

describe("integerColumns", () => {
  it("keeps integers that floats would round", () => {
    expect(integerColumns(iris("16777217,-3,a\n5.0,2e3,b"), ["length", "width"])).toEqual(
      Int32Array.of(16777217, -3, 5, 2000),
    );
  });

  it.each([
    ["0.5", 'the value is out of range, expected a whole number from 0 to 1, found "0.5"'],
    ["2", 'the value is out of range, expected a whole number from 0 to 1, found "2"'],
    ["x", 'not a number, found "x"'],
    ["", "the cell is empty, expected a number"],
  ])("refuses %j", (cell, message) => {
    expect(fault(() => integerColumns(iris(`1,1,a\n1,${cell},a`), ["length", "width"], 0, 1)).message).toBe(
      `iris.csv:3, row 2, column "width": ${message}`,
    );
  });
});

describe("labelColumn", () => {
  const classes = ["setosa", "versicolor"];

  it("finds class names, or indexes in their place", () => {
    expect(labelColumn(iris("1,2,versicolor\n1,2, setosa\n"), "species", classes)).toEqual(Int32Array.of(1, 0));
    expect(labelColumn(iris("1,2,1\n1,2,0.0\n"), "species", classes)).toEqual(Int32Array.of(1, 0));
    expect(labelColumn(iris("1,2,4\n1,2,0\n"), "species", 5)).toEqual(Int32Array.of(4, 0));
  });

  it("reads digits as names where the names are numbers", () => {
    expect(labelColumn(iris("1,2,7\n1,2,3\n"), "species", ["3", "7"])).toEqual(Int32Array.of(1, 0));
  });

  it.each([
    [classes, "setosa", "setsa", 'not one of the classes, expected one of "setosa", "versicolor", found "setsa"'],
    [classes, "setosa", "1", 'not one of the classes, expected one of "setosa", "versicolor", found "1"'],
    [classes, "setosa", "", 'the cell is empty, expected one of "setosa", "versicolor", found ""'],
    [
      classes,
      "0",
      "2",
      'not one of the classes, expected one of "setosa", "versicolor" as a whole number from 0 to 1, found "2"',
    ],
    [3, "0", "3", 'not one of the classes, expected a whole number from 0 to 2, found "3"'],
    [3, "0", "-1", 'not one of the classes, expected a whole number from 0 to 2, found "-1"'],
    [3, "0", "1.5", 'not one of the classes, expected a whole number from 0 to 2, found "1.5"'],
  ])("with classes %j and first cell %j refuses %j", (names, first, cell, message) => {
    const error = fault(() => labelColumn(iris(`1,2,${first}\n1,2,${cell}\n`), "species", names));
    expect(error.message).toBe(`iris.csv:3, row 2, column "species": ${message}`);
  });

  it("suggests the nearest class", () => {
    expect(fault(() => labelColumn(iris("1,2,setsa"), "species", classes)).help).toBe('did you mean "setosa"?');
  });
});
