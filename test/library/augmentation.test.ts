/** @file Augmentation: what each word does to an image, to the element; drawn anew by seed, step and example; nothing outside training. */
import { expect, test } from "vitest";
import { evaluate } from "../../src/ir/interpret.js";
import { checkText } from "../oracle/checked.js";

interface Call {
  readonly seed?: number;
  readonly step?: number;
  readonly mode?: "train" | "evaluate" | "predict";
}
/** The images as the model sees them, one row of elements each. */
function seen(shape: readonly number[], recipe: string, images: readonly (readonly number[])[], call: Call = {}) {
  const { seed = 1, step = 1, mode = "train" } = call;
  const { forward } = checkText(`
model Seen {
  input  image: f32[${shape.join(", ")}]
  target t: f32
  param  w: [] ~ ones
  output result = image
  loss   w * sum(image) * t
  optimizer sgd(0.1)
  data   { augment image: ${recipe} }
  train  { batch: ${images.length} }
}`);
  const memory = { inputs: Float64Array.from(images.flat()) };
  const [result] = evaluate(forward[mode].outputs, { memory, batch: images.length, step, seed });
  const size = images[0]!.length;
  return images.map((_, k) => [...result!.subarray(k * size, (k + 1) * size)]);
}
const one = (shape: readonly number[], recipe: string, image: readonly number[]) => seen(shape, recipe, [image])[0]!;
const close = (actual: readonly number[], expected: readonly number[]) =>
  actual.forEach((value, k) =>
    expect(value, `${actual.join()} against ${expected.join()}`).toBeCloseTo(expected[k]!, 9),
  );

const square = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const wide = [1, 2, 3, 4, 5, 6, 7, 8];

// prettier-ignore
test.each<[string, readonly number[], readonly number[], readonly number[]]>([
  // A quarter turn, counter-clockwise.
  ["rotate(90deg..90deg)", [3, 3], square, [3, 6, 9, 2, 5, 8, 1, 4, 7]],
  ["rotate(180deg..180deg)", [2, 4], wide, [8, 7, 6, 5, 4, 3, 2, 1]],
  // What turns out of a wide image is lost; what comes in is 0.
  ["rotate(90deg..90deg)", [2, 4], wide, [0, 3, 7, 0, 0, 2, 6, 0]],
  // Half of the height down, a quarter of the width left.
  ["shift(0.5..0.5, width: -0.25..-0.25)", [2, 4], wide, [0, 0, 0, 0, 2, 3, 4, 0]],
  // Half a pixel right: means of neighbours, of the first with the 0 outside.
  ["shift(0, width: 0.125..0.125)", [2, 4], wide, [0.5, 1.5, 2.5, 3.5, 2.5, 5.5, 6.5, 7.5]],
  ["shear(1..1)", [3, 3], square, [2, 3, 0, 4, 5, 6, 0, 7, 8]],
  ["zoom(2..2)", [3, 3], square, [3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7]],
  ["zoom(0.5..0.5)", [3, 3], square, [0, 0, 0, 0, 5, 0, 0, 0, 0]],
  ["zoom(1..1)", [3, 3], square, square],
  ["flip(horizontal: false)", [3, 3], square, square],
  // In the order written: turned, then moved right.
  ["rotate(90deg..90deg) -> shift(0, width: 1/3..1/3)", [3, 3], square, [0, 3, 6, 0, 2, 5, 0, 1, 4]],
  ["shift(0, width: 1/3..1/3) -> rotate(90deg..90deg)", [3, 3], square, [2, 5, 8, 1, 4, 7, 0, 0, 0]],
  // Read once: two halves of a pixel are a pixel, not blurred twice.
  ["shift(0, width: 0.125..0.125) -> shift(0, width: 0.125..0.125)", [2, 4], wide, [0, 1, 2, 3, 0, 5, 6, 7]],
  // All channels alike.
  ["shift(0.5..0.5, width: 0)", [2, 2, 2], wide, [0, 0, 0, 0, 1, 2, 3, 4]],
])("%s", (recipe, shape, image, expected) => close(one(shape, recipe, image), expected));

test("flip mirrors about half of the examples, each way for itself", () => {
  const flipped = seen(
    [2, 2],
    "flip(vertical: true)",
    Array.from({ length: 400 }, () => [1, 2, 3, 4]),
  );
  const counts = new Map<string, number>();
  for (const image of flipped) counts.set(image.join(), (counts.get(image.join()) ?? 0) + 1);
  expect([...counts.keys()].toSorted()).toEqual(["1,2,3,4", "2,1,4,3", "3,4,1,2", "4,3,2,1"]);
  for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(30);
});

test("a number is the range around 0, drawn from evenly", () => {
  const ramp = Array.from({ length: 64 }, (_, k) => k % 8);
  // Row 3, column 3 reads 3 - 8 * shift, of shifts up to a quarter.
  const shifts = seen(
    [8, 8],
    "shift(0, width: 0.25)",
    Array.from({ length: 500 }, () => ramp),
  ).map((image) => (3 - image[27]!) / 8);
  expect(Math.min(...shifts)).toBeGreaterThanOrEqual(-0.25);
  expect(Math.max(...shifts)).toBeLessThanOrEqual(0.25);
  for (const quarter of [-0.25, -0.125, 0, 0.125])
    expect(Math.abs(shifts.filter((s) => s >= quarter && s < quarter + 0.125).length - 125)).toBeLessThan(35);
});

const recipe = "rotate(10deg) -> shift(0.1) -> shear(0.1) -> zoom(0.9..1.2)";
const several = [square, square, square];
test("draws are of the seed, the step and the example", () => {
  const first = seen([3, 3], recipe, several, { seed: 7, step: 3 });
  expect(seen([3, 3], recipe, several, { seed: 7, step: 3 })).toEqual(first);
  expect(seen([3, 3], recipe, several, { seed: 8, step: 3 })).not.toEqual(first);
  expect(seen([3, 3], recipe, several, { seed: 7, step: 4 })).not.toEqual(first);
  expect(new Set(first.map(String)).size).toBe(3);
  // An example's draws do not depend on how many others there are.
  expect(seen([3, 3], recipe, [square], { seed: 7, step: 3 })).toEqual(first.slice(0, 1));
});

test.each(["evaluate", "predict"] as const)("%s sees the images as they are", (mode) => {
  expect(seen([3, 3], recipe, several, { mode })).toEqual(several);
});

test("the model's steps, parameters and shapes are those without it", () => {
  const text = (entry: string) => `
model Digits {
  input  image: f32[6, 6, 1]
  target label: class[3]
  output digit = image -> conv2d(2, 3) -> flatten -> dense(3) -> softmax
  loss   cross_entropy(digit, label)
  optimizer adam(1e-3)
  data   { ${entry} }
}`;
  const [plain, moved] = [checkText(text("")), checkText(text("augment image: rotate(5deg)"))];
  const facts = ({ steps, parameters, outputs }: typeof plain) => ({
    steps: steps.map(({ name, input, output, from }) => ({ name, input, output, from })),
    parameters: parameters.map(({ path, shape }) => ({ path, shape })),
    outputs: outputs.map(({ name, shape }) => ({ name, shape })),
  });
  expect(facts(moved)).toEqual(facts(plain));
});
