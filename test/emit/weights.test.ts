/** @file Weights files: exact round trips, and refusal of everything that does not fit. */
import { describe, expect, test } from "vitest";
import { points, stateOf, thrown } from "./data.js";
import { run } from "./module.js";
import { tinyModel } from "./tiny.js";

const modules = { typescript: await run(tinyModel()), wasm: await run(tinyModel({ target: "wasm" })) };

describe.each(["typescript", "wasm"] as const)("%s", (target) => {
  const module = modules[target];
  const { Tiny, TinyPredictor } = module;

  type Header = Record<string, { dtype: string; shape: number[]; data_offsets: number[] } & Record<string, string>>;
  function open(bytes: Uint8Array): { header: Header; data: Uint8Array } {
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    return {
      header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header,
      data: bytes.slice(8 + length),
    };
  }
  function close(header: object | string, data: Uint8Array): Uint8Array {
    const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
    const bytes = new Uint8Array(8 + text.length + data.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    bytes.set(data, 8 + text.length);
    return bytes;
  }

  const empty = { dtype: "F32", shape: [3, 0], data_offsets: [0, 0] };

  function trained() {
    const net = Tiny.create({ seed: 5 });
    for (let k = 0; k < 3; k++) net.trainStep(points(4));
    return net;
  }

  describe("save and load", () => {
    test("continue bit for bit", () => {
      const net = trained();
      const other = Tiny.create({ seed: 9 });
      other.load(net.save());
      expect([other.seed, other.step]).toEqual([5, 3]);
      net.trainStep(points(3));
      other.trainStep(points(3));
      expect(stateOf(other)).toBe(stateOf(net));
      expect(stateOf(Tiny.create({ weights: net.save() }))).toBe(stateOf(net));
    });
    test("the file is safetensors: aligned, contiguous, named", () => {
      const bytes = trained().save();
      const { header, data } = open(bytes);
      expect((bytes.length - data.length) % 8).toBe(0);
      expect(Object.keys(header)).toEqual(["__metadata__", "line.kernel", "line.bias", "seen", "optimizer:velocity"]);
      expect(header["line.kernel"]).toEqual({ dtype: "F32", shape: [2], data_offsets: [0, 8] });
      expect(header["__metadata__"]).toMatchObject({ model: "Tiny", step: "3", seed: "5" });
    });
    test("a predictor takes the weights of a training net", () => {
      const net = trained();
      const predictor = TinyPredictor.create({ weights: net.save() });
      expect(predictor.predict(points(6))).toEqual(net.predict(points(6)));
    });
    test("a file of another origin gives weights, and training starts anew", () => {
      const net = trained();
      const { header, data } = open(net.save());
      const { "line.kernel": kernel, "line.bias": bias, seen } = header;
      const foreign = close({ "line.kernel": kernel, "line.bias": bias, seen }, data.slice(0, 16));
      const other = Tiny.create({ seed: 7 });
      other.trainStep(points(2));
      other.load(foreign);
      expect([other.step, other.seed]).toEqual([0, 7]);
      expect([...other.parameters.line.kernel]).toEqual([...net.parameters.line.kernel]);
      const { header: after, data: state } = open(other.save());
      expect(state.slice(...after["optimizer:velocity"]!.data_offsets).every((byte) => byte === 0)).toBe(true);
    });
  });

  test("reads whatever the format allows: entries in any order, padding, types of all sizes, empty tensors", () => {
    const types = { BOOL: 1, U8: 1, F8_E4M3: 1, F16: 2, BF16: 2, I32: 4, C64: 8, I64: 8, F4: 0.5, F6_E2M3: 0.75 };
    const net = trained();
    const { header, data } = open(net.save());
    let end = data.length;
    const more = Object.entries(types).map(([dtype, bytes]) => {
      const data_offsets = [end, (end += bytes * 8)];
      return [`run:${dtype}`, { dtype, shape: [2, 4], data_offsets }];
    });
    const entries = [["run:empty", empty], ...more, ...Object.entries(header)].toReversed();
    const text = `${JSON.stringify(Object.fromEntries(entries))}     `;
    const other = Tiny.create();
    other.load(
      close(
        text,
        Uint8Array.from({ length: end }, (_, k) => data[k] ?? 1),
      ),
    );
    expect(stateOf(other)).toBe(stateOf(net));
  });

  describe("refused, and the state stays as it was", () => {
    const good = trained().save();
    const { header, data } = open(good);
    const change = (edit: (header: Header) => void): Uint8Array => {
      const copy = structuredClone(header);
      edit(copy);
      return close(copy, data);
    };
    const huge = new Uint8Array(16);
    huge.fill(0xff, 0, 8);
    const files: readonly [string, Uint8Array][] = [
      ["empty", new Uint8Array(0)],
      ["seven bytes", new Uint8Array(7)],
      ["a header length beyond everything", huge],
      ["cut short in the header", good.slice(0, 40)],
      ["cut short in the data", good.slice(0, -1)],
      ["a byte too many", Uint8Array.from([...good, 0])],
      ["no JSON", close("{", data)],
      ["a list for a header", close("[]", data)],
      ["null for a header", close("null", data)],
      ["bytes that are no UTF-8", close(header, data).fill(0xff, 9, 12)],
      ["a blank before the header", close(` ${JSON.stringify(header)}`, data)],
      ["a byte order mark before the header", close(`\ufeff${JSON.stringify(header)}`, data)],
      ["text after the header", close(`${JSON.stringify(header)},`, data)],
      ["an entry that is no object", close({ ...header, "line.kernel": 3 }, data)],
      ["a name that pollutes", close(JSON.stringify(header).replace('"seen"', '"__proto__"'), data)],
      ["negative offsets", change((h) => (h["line.kernel"]!.data_offsets = [-8, 0]))],
      ["offsets beyond the end", change((h) => (h["line.kernel"]!.data_offsets = [0, 1e15]))],
      ["overlapping tensors", change((h) => (h["line.bias"]!.data_offsets = [4, 8]))],
      ["offsets that are no numbers", change((h) => (h["line.bias"]!.data_offsets = ["0", "4"] as never))],
      ["a shape beyond the bytes", change((h) => (h["line.kernel"]!.shape = [2 ** 40]))],
      ["a shape of fewer bytes", change((h) => (h["line.kernel"]!.shape = [1]))],
      [
        "a shape of more elements than there are numbers",
        change((h) => (h["seen"]!.shape = Array<number>(40).fill(2 ** 52))),
      ],
      [
        "a shape for the state of the optimizer that is not its bytes'",
        change((h) => (h["optimizer:velocity"]!.shape = [7])),
      ],
      ["tensors that leave a gap", change((h) => (h["line.kernel"]!.data_offsets = [0, 4]))],
      ["offsets in the wrong order", change((h) => h["line.kernel"]!.data_offsets.reverse())],
      ["three offsets", change((h) => h["line.kernel"]!.data_offsets.push(8))],
      ["a type that is none", change((h) => (h["line.kernel"]!.dtype = "float32"))],
      [
        "an empty tensor of a type that is none",
        change((h) => Object.assign(h, { "run:x": { ...empty, dtype: "F13" } })),
      ],
      ["a tensor that the model does not have", change((h) => Object.assign(h, { more: empty }))],
      ["half a shape", change((h) => (h["line.kernel"]!.shape = [0.5]))],
      ["another type", change((h) => (h["line.kernel"]!.dtype = "F64"))],
      ["no optimizer state", change((h) => delete h["optimizer:velocity"])],
      ["metadata that is no text", change((h) => (h["__metadata__"]!["step"] = 3 as never))],
      ["metadata that is no count", change((h) => (h["__metadata__"]!["step"] = "-3"))],
      ["a seed too large", change((h) => (h["__metadata__"]!["seed"] = "99999999999"))],
      ["another model's signature", change((h) => (h["__metadata__"]!["signature"] = "0"))],
    ];
    test.each(files)("%s", (_, file) => {
      const net = Tiny.create({ seed: 1 });
      net.trainStep(points(1));
      const before = stateOf(net);
      const error = thrown(() => net.load(file));
      expect(error, String(error["stack"])).toBeInstanceOf(module.NetWeightsError);
      expect(stateOf(net)).toBe(before);
    });
    test("what is missing, unexpected and mismatched is listed", () => {
      const renamed = close(
        JSON.stringify(header).replace('"line.bias"', '"line.offset"').replace('"shape":[2]', '"shape":[1,2]'),
        data,
      );
      expect(thrown(() => Tiny.create().load(renamed))).toMatchObject({
        missing: ["line.bias"],
        unexpected: ["line.offset"],
        mismatched: [{ name: "line.kernel", expected: "F32 [2]", found: "F32 [1, 2]" }],
      });
    });
    test("three thousand random changes of the header: loaded or refused", () => {
      const net = Tiny.create({ seed: 1 });
      let state = 12345;
      const random = (below: number) => (state = (state * 48271) % 2147483647) % below;
      for (let k = 0; k < 3000; k++) {
        const file = good.slice(0, random(20) === 0 ? random(good.length) : good.length);
        for (let edits = random(4) + 1; edits > 0; edits--)
          file[random(Math.max(1, file.length - data.length))] = random(256);
        try {
          net.load(file);
        } catch (error) {
          // An assertion would map each stack to its source.
          if (!(error instanceof module.NetWeightsError)) throw error;
        }
      }
    });
  });
});
