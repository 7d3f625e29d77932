/** @file `netc train --folds`: each example is held out once, and the summary is that of the parts. */
import { expect, it } from "vitest";
import { permutation } from "../../src/data/index.js";
import type { Examples } from "../../src/cli/dataset.js";
import { crossValidate } from "../../src/cli/folds.js";
import type { Net } from "../../src/cli/module.js";
import { flowers, flowerTable, inFolder } from "./netc.js";

it("divides the examples into parts, and measures each on the others' net", async () => {
  const examples: Examples = { rows: 7, ports: { x: Float32Array.of(0, 1, 2, 3, 4, 5, 6) } };
  const seen: number[][] = [];
  const held: number[][] = [];
  const seeds: number[] = [];
  const net = {
    initialize: (seed: number) => void seeds.push(seed),
    evaluate: ({ x }: { x: Float32Array }) => {
      held.push([...x]);
      return { loss: x.length, name: "no number" };
    },
  } as unknown as Net;
  const port = { name: "x", shape: [] } as never;
  const train = async ({ ports }: Examples) => {
    seen.push([...(ports["x"] as Float32Array)]);
    return true;
  };
  const { mean, deviation } = await crossValidate(net, examples, [port], 3, 4, train, () => {});
  expect(held.map(({ length }) => length)).toEqual([3, 2, 2]);
  expect(held.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(held[0]).toEqual([0, 3, 6].map((k) => permutation(7, 4)[k]));
  seen.forEach((rows, k) => expect([...rows, ...held[k]!].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]));
  expect(seeds).toEqual([4, 4, 4]);
  expect(mean["loss"]).toBeCloseTo(7 / 3, 12);
  expect(deviation["loss"]).toBeCloseTo(Math.sqrt(1 / 3), 12);
  expect(Object.keys(mean)).toEqual(["loss"]);
});

it("prints metrics of each part and their mean", () =>
  inFolder({ "flowers.net": flowers, "flowers.csv": flowerTable() }, async (folder) => {
    const { code, out } = await folder.run("train", "flowers.net", "--folds", "3");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^part 1 {2}loss [\d.]+ {2}accuracy [\d.]+\npart 2 [^]*\npart 3 [^]*\nloss {2}[\d.]+, standard deviation [\d.]+\naccuracy {2}/,
    );
    const json = JSON.parse((await folder.run("train", "flowers.net", "--folds", "3", "--json")).out) as {
      folds: unknown[];
    };
    expect(json.folds).toHaveLength(3);
    expect(await folder.run("train", "flowers.net", "--folds", "3", "--save", "w")).toMatchObject({ code: 2 });
    expect(await folder.run("train", "flowers.net", "--folds", "999")).toMatchObject({
      code: 1,
      err: expect.stringContaining("36 examples do not make 999 parts"),
    });
  }));
