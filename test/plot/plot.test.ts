/** @file Pictures: well-formed whatever the names, axes that enclose their values, points where they belong. */
import { describe, expect, test } from "vitest";
import { curvesSvg, type CurvesPicture } from "../../src/plot/curves.js";
import { grey, imagesSvg, signed } from "../../src/plot/images.js";
import { confusionSvg } from "../../src/plot/matrix.js";
import { ticksBetween } from "../../src/plot/ticks.js";

/** Throws where tags do not nest, or a text holds what must be escaped. */
function parseXml(text: string): void {
  const open: string[] = [];
  const rest = text.replace(
    /<(\/?)([a-z]+)((?: [\w:-]+="[^"<&]*(?:&\w+;[^"<&]*)*")*)(\/?)>/gi,
    (_, close, name, _a, empty) => {
      if (close) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name as string);
      return "";
    },
  );
  expect(open).toEqual([]);
  expect(rest.replace(/&(amp|lt|gt|quot);/g, "")).not.toMatch(/[<>&]/);
}
const evil = `</text><script>&"'\u0000\ud800`;

test.each([
  [0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"],
  [0.912, 0.9874, "0.90 0.92 0.94 0.96 0.98 1.00"],
  [-3, 12, "-5 0 5 10 15"],
  [7, 7, "6 8"],
  [0, 0, "0.0e+0 2.0e-7"],
  [0, 123_456_789, "0.0e+0 5.0e+7 1.0e+8 1.5e+8"],
])("ticks from %d to %d", (low, high, labels) => {
  const ticks = ticksBetween(low, high);
  expect(ticks.values.map(ticks.label).join(" ")).toBe(labels);
  expect(ticks.low).toBeLessThanOrEqual(low);
  expect(ticks.high).toBeGreaterThanOrEqual(high);
});

describe("curves", () => {
  const picture = (values: readonly (number | undefined)[]): CurvesPicture => ({
    title: evil,
    epochs: values.map((_, k) => k + 1),
    parts: [{ name: evil, from: 1 }],
    panels: [{ title: evil, curves: [{ name: evil, values }] }],
  });
  test.each([[[]], [[3]], [[1, 2, 3]], [[NaN, Infinity, undefined]], [[1e300, -1e300]], [[5e-324, 0]]])(
    "of %j are well-formed, inside the picture",
    (values) => {
      const svg = curvesSvg(picture(values));
      parseXml(svg);
      expect(svg).not.toMatch(/NaN|Infinity/);
    },
  );
  test("go through their points and leave gaps", () => {
    const svg = curvesSvg(picture([0, 1, NaN, 0.5, NaN, 1, 0]));
    const [, path] = /<path d="([^"]*)" fill="none"/.exec(svg)!;
    // 70 to 696 across in six steps, 244 up to 74.
    expect(path).toBe("M70 244L174.33 74M383 159M591.67 74L696 244");
    expect(svg.match(/<circle [^>]*cx="383" cy="159"/g)).toHaveLength(1);
  });
});

test("a confusion matrix has its counts, also for many classes and odd names", () => {
  const svg = confusionSvg({ title: evil, labels: ["a", evil], counts: [3, 1, 0, 7] });
  parseXml(svg);
  expect([...svg.matchAll(/>(\d+)<\/text>/g)].map(([, count]) => count)).toEqual(["3", "1", "0", "7"]);
  const labels = Array.from({ length: 100 }, (_, k) => `class ${k}`);
  parseXml(confusionSvg({ title: "many", labels, counts: new Float64Array(10_000) }));
});

test("images: black to white, blue to red", () => {
  expect([...grey([0, 5, 10, 20], [2, 2, 1], 0, 10).rgb]).toEqual([0, 128, 255, 255].flatMap((v) => [v, v, v]));
  expect([...grey([0, 5, 10], [1, 1, 3], 0, 10).rgb]).toEqual([0, 128, 255]);
  expect([...grey([3], [1, 1, 1], 3, 3).rgb]).toEqual([128, 128, 128]);
  expect([...signed([-1, 0, 2], [1, 3], 1).rgb]).toEqual([37, 99, 235, 255, 255, 255, 220, 38, 38]);
  const image = grey([0, 1], [1, 2, 1], 0, 1);
  const svg = imagesSvg(evil, evil, [{ label: evil, images: [image, image] }]);
  parseXml(svg);
  expect(svg.match(/<image /g)).toHaveLength(2);
  parseXml(imagesSvg("none", "", []));
});
