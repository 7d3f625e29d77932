/**
 * @file A program that trains with a generated module. From the project's folder:
 *
 *     npx netc build examples/iris.net -o examples/app/generated
 *     npx tsc -p examples/app
 *     node dist/examples/app/main.js
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawFlowers, species } from "./flowers.js";
import { Iris, IrisPredictor, type IrisSpecies } from "./generated/iris.net.js";

const net = Iris.create({ seed: 1 });
const history = await net.fit(drawFlowers(150, 1), {
  onEpoch({ epoch, metrics }) {
    if (epoch % 25 === 0)
      console.log(`epoch ${epoch}: loss ${metrics.loss.toFixed(3)}, accuracy ${metrics.accuracy.toFixed(3)}`);
  },
});
console.log(`trained for ${history.epochs.length} epochs, ${net.step} steps`);

const unseen = drawFlowers(60, 2);
console.log(`accuracy on 60 new flowers: ${net.evaluate(unseen).accuracy.toFixed(3)}`);

// Weights travel as a safetensors file; where nothing is trained, the predictor alone is enough.
const folder = mkdtempSync(join(tmpdir(), "netc-app-"));
const file = join(folder, "iris.safetensors");
writeFileSync(file, net.save());
const predictor = IrisPredictor.create({ weights: readFileSync(file) });
rmSync(folder, { recursive: true });

const { chance } = predictor.predict({ flower: unseen.flower });
const same = net.predict({ flower: unseen.flower }).chance.every((p, k) => p === chance[k]);
console.log(`the reloaded net predicts ${same ? "the same" : "something else"}`);

const classes = Iris.shapes.outputs.chance[0];
/** The most probable species of a row of predictions, and its probability. */
function answer(row: number): { readonly name: IrisSpecies; readonly probability: number } {
  const chances = chance.subarray(row * classes, (row + 1) * classes);
  const best = chances.indexOf(Math.max(...chances));
  return { name: species[best]!, probability: chances[best]! };
}
for (const row of [0, 1, 2]) {
  const { name, probability } = answer(row);
  console.log(`a ${unseen.species[row]} is taken for ${name} with ${(100 * probability).toFixed(0)}%`);
}
