/** @file Trains the network of moons.net, saves it, and asks it about a few points. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Moons, MoonsPredictor } from "./moons.net";

let state = 1;
/** From 0 to 1, the same numbers in every run: so is what the network learns. */
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

/** Points around two half circles that reach into each other. */
function drawPoints(count) {
  const arc = Array.from({ length: count }, (_, k) => (k % 2 === 0 ? "upper" : "lower"));
  const point = arc.map((name) => {
    const angle = Math.PI * random();
    const side = name === "upper" ? 1 : -1;
    const noise = () => 0.4 * (random() + random() - 1);
    return [side * (Math.cos(angle) - 0.5) + noise(), side * (Math.sin(angle) - 0.25) + noise()];
  });
  return { point, arc };
}

const file = "moons.safetensors";
if (existsSync(file)) {
  console.log(`${file} is there: delete it to train again`);
} else {
  const net = Moons.create({ seed: 1 });
  await net.fit(drawPoints(400), {
    onEpoch({ epoch, metrics }) {
      if (epoch % 25 === 0)
        console.log(`epoch ${epoch}  loss ${metrics.loss.toFixed(3)}  accuracy ${metrics.accuracy.toFixed(3)}`);
    },
  });
  console.log(`accuracy on new points: ${net.evaluate(drawPoints(1000)).accuracy.toFixed(3)}`);
  writeFileSync(file, net.save());
}

const net = MoonsPredictor.create({ weights: readFileSync(file) });
const point = [
  [-0.5, 0.7],
  [0.5, -0.7],
];
const { chance } = net.predict({ point });
point.forEach(([x, y], k) => console.log(`(${x}, ${y}) is on the upper arc with ${(100 * chance[2 * k]).toFixed(1)}%`));
