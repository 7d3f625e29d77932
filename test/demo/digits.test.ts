/** @file The demo's digits: reproducible, balanced, learnable but not trivially; their IDX files and their picture. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { drawDigits, drawPlainDigit, side } from "../../examples/demo/digits.js";
import { drawSheet } from "../../examples/demo/png.js";
import { encodePng } from "../../src/plot/png.js";
import { sets, writeDemoData } from "../../examples/demo/prepare.js";
import { labelArray, readIdx } from "../../src/data/index.js";
import { cpu } from "../cpu.js";

const pixels = side * side;

describe("drawDigits", () => {
  it("draws the same bytes on every machine", () => {
    const { images, labels } = drawDigits(500, 1);
    const digest = createHash("sha256").update(images).update(labels).digest("hex");
    expect(digest.slice(0, 16)).toBe("b6fb8684dc90fbf5");
  });

  it("draws digit i from seed and i only", () => {
    const many = drawDigits(20, 5);
    const few = drawDigits(7, 5);
    expect(many.images.subarray(0, 7 * pixels)).toEqual(few.images);
    expect(many.labels.subarray(0, 7)).toEqual(few.labels);
    expect(drawDigits(7, 6).images).not.toEqual(few.images);
  });

  it("draws 12,000 digits in seconds, each class about as often, each with ink and paper", () => {
    let { images, labels } = drawDigits(0, 3);
    expect(cpu(() => ({ images, labels } = drawDigits(12_000, 3)))).toBeLessThan(5000);
    const counts = new Uint32Array(10);
    for (const label of labels) counts[label]!++;
    // Standard deviation 33: 5 of them.
    for (const count of counts) expect(Math.abs(count - 1200)).toBeLessThan(165);
    for (let i = 0; i < 12_000; i++) {
      const ink = images.subarray(i * pixels, (i + 1) * pixels).reduce((n, value) => n + Number(value > 128), 0);
      expect(ink).toBeGreaterThan(10);
      expect(ink).toBeLessThan(pixels / 2);
    }
  });

  it("is no task for the mean picture of each class, yet that beats chance by far", () => {
    const train = drawDigits(4000, 1);
    const test = drawDigits(1000, 2);
    const means = Array.from({ length: 10 }, () => new Float64Array(pixels));
    const counts = new Uint32Array(10);
    for (const label of train.labels) counts[label]!++;
    train.images.forEach((value, i) => {
      const label = train.labels[Math.floor(i / pixels)]!;
      means[label]![i % pixels]! += value / counts[label]!;
    });
    let hits = 0;
    test.labels.forEach((label, i) => {
      const image = test.images.subarray(i * pixels, (i + 1) * pixels);
      const distance = means.map((mean) => mean.reduce((sum, value, k) => sum + (value - image[k]!) ** 2, 0));
      if (distance.indexOf(Math.min(...distance)) === label) hits++;
    });
    expect(hits / 1000).toBeGreaterThan(0.5);
    expect(hits / 1000).toBeLessThan(0.95);
  });
});

it("writes IDX files that the readers take", async () => {
  const folder = mkdtempSync(join(tmpdir(), "demo-data-"));
  try {
    writeDemoData(folder);
    for (const { name, count, seed } of sets) {
      const read = (file: string) => readIdx(new Uint8Array(readFileSync(join(folder, file))), file);
      const drawn = drawDigits(count, seed);
      const images = await read(`${name}-images-idx3-ubyte`);
      expect(images.shape).toEqual([count, 28, 28]);
      expect(Buffer.compare(images.values as Uint8Array, drawn.images)).toBe(0);
      const labels = labelArray(await read(`${name}-labels-idx1-ubyte`), 10);
      expect(labels).toEqual(Int32Array.from(drawn.labels));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Size and pixels of a PNG of one IDAT chunk and no filters, its checksums verified. */
function decodePng(png: Buffer): { width: number; height: number; rgb: Buffer } {
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const typed = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(typed));
    chunks.set(typed.subarray(0, 4).toString("latin1"), typed.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  const width = chunks.get("IHDR")!.readUInt32BE(0);
  const height = chunks.get("IHDR")!.readUInt32BE(4);
  const lines = inflateSync(chunks.get("IDAT")!);
  expect(lines.length).toBe(height * (3 * width + 1));
  const rows = Array.from({ length: height }, (_, row) =>
    lines.subarray(row * (3 * width + 1) + 1, (row + 1) * (3 * width + 1)),
  );
  return { width, height, rgb: Buffer.concat(rows) };
}

describe("pictures", () => {
  it("encodes the pixels given", () => {
    const rgb = Uint8Array.from({ length: 18 }, (_, i) => i * 14);
    expect(decodePng(Buffer.from(encodePng(3, 2, rgb)))).toEqual({ width: 3, height: 2, rgb: Buffer.from(rgb) });
  });

  it("draws right predictions in green and wrong ones in red", () => {
    const images = Buffer.concat([drawPlainDigit(3), drawPlainDigit(7)]);
    const { width, height, rgb } = decodePng(Buffer.from(drawSheet(images, [3, 1], [3, 7])));
    const colors = [0, 1].map((half) => {
      let [red, green] = [0, 0];
      for (let y = 0; y < height; y++) {
        for (let x = (half * width) / 2; x < ((half + 1) * width) / 2; x++) {
          const at = 3 * (y * width + x);
          if (rgb[at]! > rgb[at + 1]! + 50) red++;
          if (rgb[at + 1]! > rgb[at]! + 50) green++;
        }
      }
      return { red: red > 50, green: green > 50 };
    });
    expect(colors).toEqual([
      { red: false, green: true },
      { red: true, green: false },
    ]);
  });
});
