/** @file IDX and NPY: round trips, other byte orders and types, damaged files, and binding to inputs and labels. */
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  DataError,
  decodeUtf8,
  gunzip,
  integerArray,
  labelArray,
  numericArray,
  parseIdx,
  readIdx,
  readNpy,
  writeIdx,
  writeNpy,
} from "../../src/data/index.js";

const bytes = Uint8Array.from({ length: 24 }, (_, i) => i * 11);

describe("IDX", () => {
  it("round-trips bytes, plain and compressed", async () => {
    const file = writeIdx([2, 3, 4], bytes);
    for (const stored of [file, new Uint8Array(gzipSync(file))]) {
      expect(await readIdx(stored)).toEqual({ shape: [2, 3, 4], values: bytes });
    }
  });

  it("reads every element type, big-endian", () => {
    const header = (type: number): number[] => [0, 0, type, 1, 0, 0, 0, 2];
    const read = (type: number, elements: number[]): unknown =>
      parseIdx(Uint8Array.from([...header(type), ...elements])).values;
    expect(read(0x09, [0xff, 1])).toEqual(Int8Array.of(-1, 1));
    expect(read(0x0b, [0xff, 0xfe, 1, 0])).toEqual(Int16Array.of(-2, 256));
    expect(read(0x0c, [0xff, 0xff, 0xff, 0xfd, 0, 1, 0, 0])).toEqual(Int32Array.of(-3, 65536));
    expect(read(0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0])).toEqual(Float32Array.of(1, -2));
    expect(read(0x0e, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0])).toEqual(Float64Array.of(1, -2));
  });

  it("reads a view into a larger buffer", () => {
    const file = new Uint8Array([9, 9, 9, ...writeIdx([4], Uint8Array.of(1, 2, 3, 4)), 9]);
    expect(parseIdx(file.subarray(3, -1)).values).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  const whole = writeIdx([2, 3, 4], bytes);
  it.each([
    [
      "an empty file",
      new Uint8Array(),
      "not an IDX file, expected the bytes 00 00, an element type (08 09 0b 0c 0d 0e) and the number of axes, found an empty file",
    ],
    ["other bytes", Uint8Array.of(0x89, 0x50, 0x4e, 0x47), "found 89 50 4e 47"],
    ["an unknown element type", Uint8Array.of(0, 0, 0x0a, 1, 0, 0, 0, 0), "not an IDX file"],
    ["no axes", Uint8Array.of(0, 0, 8, 0), "not an IDX file"],
    ["half a header", whole.slice(0, 9), "the IDX header is cut off, expected 16 bytes for 3 axes, found 9 bytes"],
    [
      "missing elements",
      whole.slice(0, -1),
      "shorter than its header says, expected 24 bytes for u1 elements of shape [2, 3, 4], found 23 bytes after the header",
    ],
    ["bytes after the end", Uint8Array.from([...whole, 0]), "longer than its header says"],
    [
      "an absurd size",
      Uint8Array.of(0, 0, 8, 3, ...Array<number>(12).fill(255)),
      "shorter than its header says, expected u1 elements of shape [4294967295, 4294967295, 4294967295]",
    ],
  ])("refuses %s", (_, file, message) => {
    expect(() => parseIdx(file, "x.idx")).toThrow(DataError);
    expect(() => parseIdx(file, "x.idx")).toThrow(message);
    expect(() => parseIdx(file, "x.idx")).toThrow("x.idx: ");
  });

  it("reads files of several compressed parts, and with zeros after them", async () => {
    const parts = [gzipSync(whole.slice(0, 9)), gzipSync(whole.slice(9)), Buffer.alloc(64)];
    expect(await readIdx(new Uint8Array(Buffer.concat(parts)))).toEqual({ shape: [2, 3, 4], values: bytes });
  });

  it("refuses damaged and cut-off gzip data, and data larger than the limit", async () => {
    const packed = new Uint8Array(gzipSync(whole));
    await expect(readIdx(packed.slice(0, -12), "x.gz")).rejects.toThrow("x.gz: not valid gzip data");
    const damaged = packed.slice();
    damaged[damaged.length - 6]! ^= 255;
    await expect(readIdx(damaged)).rejects.toThrow(DataError);
    await expect(gunzip(new Uint8Array(gzipSync(new Uint8Array(1e6))), "x.gz", 1000)).rejects.toThrow(
      "x.gz: too large when decompressed, expected at most 1000 bytes",
    );
  });

  it("does not write values that do not fill the shape", () => {
    expect(() => writeIdx([5], bytes)).toThrow(RangeError);
  });
});

describe("NPY", () => {
  it("round-trips floats and integers of any rank", () => {
    for (const shape of [[], [1], [6], [2, 3], [1, 3, 2]]) {
      const count = shape.reduce((a, b) => a * b, 1);
      for (const values of [
        Float32Array.from({ length: count }, (_, i) => i / 3 - 1),
        Int32Array.from({ length: count }, (_, i) => -i * 1e8),
      ]) {
        const file = writeNpy(shape, values);
        expect(file.indexOf(10) % 64).toBe(63);
        expect(readNpy(file)).toEqual({ shape, values });
      }
    }
  });

  const npy = (descr: string, shape: string, data: readonly number[], { version = 1, fortran = "False" } = {}) => {
    const text = `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
    const size = version === 1 ? [text.length & 255, 0] : [text.length & 255, 0, 0, 0];
    return Uint8Array.from([0x93, ...Buffer.from("NUMPY"), version, 0, ...size, ...Buffer.from(text), ...data]);
  };

  it.each([
    ["|b1", [0, 2], Uint8Array.of(0, 1)],
    ["|u1", [0, 255], Uint8Array.of(0, 255)],
    ["|i1", [0, 255], Int8Array.of(0, -1)],
    ["<u2", [1, 2, 255, 255], Uint16Array.of(513, 65535)],
    [">i2", [1, 2, 255, 254], Int16Array.of(258, -2)],
    ["<u4", [0, 0, 0, 128, 1, 0, 0, 0], Uint32Array.of(2 ** 31, 1)],
    ["<i4", [255, 255, 255, 255, 1, 0, 0, 0], Int32Array.of(-1, 1)],
    ["<i8", [255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 1, 0, 0, 0], Float64Array.of(-1, 2 ** 32 + 1)],
    [">u8", [0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0], Float64Array.of(7, 2 ** 32)],
    ["<f2", [0, 0x3c, 1, 0x80], Float32Array.of(1, -(2 ** -24))],
    [">f4", [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], Float32Array.of(1, -2)],
    ["<f8", [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0], Float64Array.of(1, -2)],
  ])("reads %s", (descr, data, values) => {
    for (const version of [1, 2, 3]) {
      expect(readNpy(npy(`'${descr}'`, "(2,)", data, { version }))).toEqual({ shape: [2], values });
    }
  });

  it("turns Fortran order into row-major order", () => {
    const file = npy("'|u1'", "(2, 3)", [1, 4, 2, 5, 3, 6], { fortran: "True" });
    expect(readNpy(file)).toEqual({ shape: [2, 3], values: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  });

  /** A file of bytes with this text as its header. */
  const headed = (text: string, data: readonly number[], minor = 0) =>
    Uint8Array.from(
      [0x93, ...Buffer.from("NUMPY"), 1, minor, text.length & 255, text.length >> 8].concat([
        ...Buffer.from(text),
        ...data,
      ]),
    );
  it.each([
    ["keys in another order", "{'shape': (2, 1), 'fortran_order': False, 'descr': '|u1'}", [2, 1]],
    ["double quotes", '{"descr": "|u1", "fortran_order": False, "shape": (2,)}', [2]],
    ["the long integers of Python 2", "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 1L), }", [2, 1]],
    ["no blanks", "{'descr':'|u1','fortran_order':True,'shape':(2,)}", [2]],
    ["no byte order", "{'descr': 'u1', 'fortran_order': False, 'shape': (2,), }", [2]],
    [
      "as many axes as NumPy has",
      `{'descr': '|u1', 'fortran_order': True, 'shape': (2${", 1".repeat(63)}), }`,
      [2].concat(Array<number>(63).fill(1)),
    ],
    [
      "a line end, and padding beyond it",
      `{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n${" ".repeat(500)}\n`,
      [2],
    ],
  ])("reads headers with %s", (_, text, shape) => {
    expect(readNpy(headed(text, [7, 9]))).toEqual({ shape, values: Uint8Array.of(7, 9) });
  });
  it("reads arrays of one element without axes, and of none with any", () => {
    expect(readNpy(npy("'|u1'", "()", [5]))).toEqual({ shape: [], values: Uint8Array.of(5) });
    for (const fortran of ["True", "False"])
      expect(readNpy(npy("'<f8'", "(3, 0, 2)", [], { fortran }))).toEqual({
        shape: [3, 0, 2],
        values: new Float64Array(),
      });
  });
  it.each([
    ["no dictionary", "('descr', '|u1')", "'descr'"],
    [
      "a key that is not the format's",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'x': 1}",
      "a dictionary of",
    ],
    ["a key twice", "{'descr': '|u1', 'shape': (1,), 'fortran_order': False, 'shape': (2,)}", "a dictionary of"],
    ["no end", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)", "'shape'"],
    ["more after its end", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)} + exit()", "a dictionary of"],
    ["no comma between keys", "{'descr': '|u1' 'fortran_order': False, 'shape': (2,)}", "'descr'"],
    ["a call", "{'descr': '|u1', 'fortran_order': False, 'shape': tuple([2])}", "'shape'"],
    ["no commas in the shape", "{'descr': '|u1', 'fortran_order': False, 'shape': (2 1)}", "'shape'"],
    ["a negative size", "{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}", "'shape'"],
    ["text for a truth value", "{'descr': '|u1', 'fortran_order': 'True', 'shape': (2,)}", "'fortran_order'"],
    ["a number for a type", "{'descr': 1, 'fortran_order': False, 'shape': (2,)}", "'descr'"],
    ["a key inside a text", `{'descr': "|u1, 'shape': (2,), 'fortran_order': False"}`, "'fortran_order'"],
  ])("refuses headers with %s", (_, text, expected) => {
    expect(() => readNpy(headed(text, [7, 9]), "x.npy")).toThrow(DataError);
    expect(() => readNpy(headed(text, [7, 9]), "x.npy")).toThrow(
      `x.npy: the NPY header is damaged, expected ${expected}`,
    );
  });

  const axes = `{'descr': '|u1', 'fortran_order': True, 'shape': (${"1, ".repeat(65)}), }`;
  it.each([
    ["more axes than NumPy has", headed(axes, [1]), "too many axes, expected at most 64, found 65"],
    ["a minor version", headed("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", [1], 1), "not an NPY file"],
    [
      "an enormous header",
      Uint8Array.from([0x93, ...Buffer.from("NUMPY"), 2, 0, 0, 0, 1, 0].concat(Array<number>(65536).fill(32))),
      "the NPY header is too long, expected at most 65535 bytes, found 65536",
    ],
    ["a type that only ends in a known one", npy("'|V4f4'", "(1,)", [0, 0, 0, 0]), 'found "|V4f4"'],
    ["objects", npy("'|O'", "(1,)", [0, 0, 0, 0]), 'found "|O"'],
    ["an empty file", new Uint8Array(), "not an NPY file of version 1 to 3, found an empty file"],
    ["another version", npy("'|u1'", "(1,)", [1], { version: 4 }), "not an NPY file of version 1 to 3"],
    ["half a header", npy("'|u1'", "(1,)", [1]).slice(0, 30), "the NPY header is cut off, found 30 bytes"],
    ["a lone magic", npy("'|u1'", "(1,)", [1]).slice(0, 8), "the NPY header is cut off, found 8 bytes"],
    ["a header without shape", npy("'|u1'", "None", [1]), "the NPY header is damaged, expected 'shape'"],
    [
      "complex numbers",
      npy("'<c8'", "(1,)", Array<number>(8).fill(0)),
      'no numbers of a known type, expected one of b1 u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8, found "<c8"',
    ],
    ["text", npy("'<U3'", "(1,)", Array<number>(12).fill(0)), 'found "<U3"'],
    ["dates", npy("'<M8[ns]'", "(1,)", Array<number>(8).fill(0)), 'found "<M8[ns]"'],
    ["records", npy("[('a', '<f4')]", "(1,)", [0, 0, 0, 0]), "found records"],
    [
      "missing elements",
      npy("'<f4'", "(2,)", [0, 0, 0, 0]),
      "shorter than its header says, expected 8 bytes for f4 elements of shape [2], found 4 bytes",
    ],
    ["bytes after the end", npy("'|u1'", "(2,)", [0, 0, 0]), "longer than its header says"],
    ["an absurd size", npy("'<f8'", "(9999999999, 9999999999)", []), "shorter than its header says"],
    ["integers beyond 2^53", npy("'<u8'", "(1,)", Array<number>(8).fill(255)), "a 64-bit integer is beyond 2^53"],
  ])("refuses %s", (_, file, message) => {
    expect(() => readNpy(file, "x.npy")).toThrow(DataError);
    expect(() => readNpy(file, "x.npy")).toThrow(message);
  });

  it("recognises a zip archive", () => {
    expect.assertions(1);
    try {
      readNpy(Uint8Array.of(0x50, 0x4b, 3, 4));
    } catch (error) {
      expect((error as DataError).help).toContain("NPZ");
    }
  });
});

describe("binding arrays", () => {
  const images = { shape: [2, 3, 4], values: bytes };

  it("takes shapes that differ in axes of size 1, and flat ones", () => {
    for (const shape of [[3, 4], [3, 4, 1], [12], [1, 12]]) {
      expect(numericArray(images, shape)).toEqual(Float32Array.from(bytes));
    }
    expect(numericArray({ shape: [3], values: Uint8Array.of(1, 2, 3) }, [])).toEqual(Float32Array.of(1, 2, 3));
    expect(labelArray({ shape: [3, 1], values: Float64Array.of(0, 2, 1) }, 3)).toEqual(Int32Array.of(0, 2, 1));
  });

  it.each([[[4, 3]], [[28, 28, 1]], [[6, 2]], [[]]])("refuses the wrong image size %j", (shape) => {
    const expected = ["examples", ...shape].join(", ");
    expect(() => numericArray(images, shape, "i.idx")).toThrow(
      `i.idx: the examples have the wrong shape, expected [${expected}], found [2, 3, 4]`,
    );
  });

  it("refuses NaN, infinity, values beyond 32 bits and empty sets", () => {
    for (const value of [NaN, Infinity, 1e39]) {
      const array = { shape: [2, 2], values: Float64Array.of(1, 2, 3, value) };
      expect(() => numericArray(array, [2], "a.npy")).toThrow(`a.npy, row 2: not a finite number, found ${value}`);
    }
    const empty = { shape: [0, 2], values: new Float32Array() };
    expect(() => numericArray(empty, [2])).toThrow("the file holds no examples, found [0, 2]");
    expect(() => labelArray({ shape: [0], values: new Uint8Array() }, 2)).toThrow("the file holds no examples");
  });

  it("refuses labels out of range, fractions, and more than one per example", () => {
    for (const value of [3, -1, 0.5, NaN]) {
      expect(() => labelArray({ shape: [2], values: Float32Array.of(0, value) }, 3, "l.npy")).toThrow(
        `l.npy, row 2: the value is out of range, expected a whole number from 0 to 2, found ${value}`,
      );
    }
    expect(() => labelArray(images, 10)).toThrow(
      "the examples have the wrong shape, expected [examples], found [2, 3, 4]",
    );
    expect(() => labelArray({ shape: [], values: Uint8Array.of(1) }, 10)).toThrow("expected [examples], found []");
    expect(() => integerArray(images, [12], 0, 200, "i.idx")).toThrow(
      "i.idx, row 2: the value is out of range, expected a whole number from 0 to 200, found 209",
    );
    expect(integerArray(images, [3, 4], -1, 255)).toEqual(Int32Array.from(bytes));
  });
});

describe("text from bytes", () => {
  it("drops a byte order mark and names the line of bytes that are not UTF-8", () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe("a");
    expect(() => decodeUtf8(Uint8Array.of(0x61, 10, 0xff, 10), "t.csv")).toThrow("t.csv:2: not UTF-8 text");
    const [before, after] = [new TextEncoder().encode("\ufffd stands for itself\r\nx"), Uint8Array.of(0xc3)];
    expect(() => decodeUtf8(Uint8Array.from([...before, ...after]), "t.csv")).toThrow("t.csv:2: not UTF-8 text");
  });
  it("refuses what is longer than a string can be", () => {
    expect(decodeUtf8(new Uint8Array(8), "t.csv", 8).length).toBe(8);
    expect(() => decodeUtf8(new Uint8Array(9), "t.csv", 8)).toThrow(
      "the text is too long, expected at most 8 bytes, found 9",
    );
    expect(() => decodeUtf8(new Uint8Array(2 ** 29), "t.csv")).toThrow(DataError);
  });
});

const mnist = new URL("../../../shared/data/mnist/", import.meta.url);
it.skipIf(!existsSync(mnist))("reads the MNIST test set (skipped without ../shared/data/mnist)", async () => {
  const read = (name: string) => readIdx(new Uint8Array(readFileSync(new URL(name, mnist))), name);
  const images = await read("t10k-images-idx3-ubyte.gz");
  const labels = labelArray(await read("t10k-labels-idx1-ubyte.gz"), 10);
  expect(images.shape).toEqual([10_000, 28, 28]);
  expect(Array.from(labels.slice(0, 10))).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  const pixels = numericArray(images, [28, 28, 1]);
  let sum = 0;
  for (const pixel of pixels) sum += pixel;
  // The mean of the set's pixels, known to be 0.1325 of full scale.
  expect(sum / pixels.length / 255).toBeCloseTo(0.1325, 4);
});
