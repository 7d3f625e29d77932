/** @file Iris flowers drawn around the measurements that Fisher published in 1936. */
import type { IrisSpecies } from "./generated/iris.net.js";

/** The classes in the order of the model: the generated union type rejects any other spelling. */
export const species = ["setosa", "versicolor", "virginica"] as const satisfies readonly IrisSpecies[];

/** Mean and standard deviation of sepal length and width, petal length and width, in cm. */
const measured: Readonly<Record<IrisSpecies, readonly (readonly [mean: number, deviation: number])[]>> = {
  setosa: [
    [5.006, 0.35],
    [3.428, 0.38],
    [1.462, 0.17],
    [0.246, 0.11],
  ],
  versicolor: [
    [5.936, 0.52],
    [2.77, 0.31],
    [4.26, 0.47],
    [1.326, 0.2],
  ],
  virginica: [
    [6.588, 0.64],
    [2.974, 0.32],
    [5.552, 0.55],
    [2.026, 0.27],
  ],
};

/** A generator of numbers in 0..1, the same for the same seed (Park and Miller, 1988). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

export interface Flowers {
  /** Four lengths per flower. */
  readonly flower: readonly (readonly number[])[];
  readonly species: readonly IrisSpecies[];
}

/** `count` flowers, the three species in turn. */
export function drawFlowers(count: number, seed: number): Flowers {
  const next = uniform(seed);
  // A normal draw from two uniform ones (Box and Muller, 1958).
  const normal = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  const drawn = Array.from({ length: count }, (_, k) => species[k % species.length]!);
  return {
    species: drawn,
    flower: drawn.map((name) => measured[name].map(([mean, deviation]) => mean + deviation * normal())),
  };
}
