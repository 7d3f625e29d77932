/** @file The page: trains in a worker, shows the loss as it falls and what the network says by then. */
import { type MoonsWorkerNet, MoonsWorker } from "./moons.net";
import { drawCurve, drawPlane, grid } from "./pictures.js";
import { drawPoints } from "./points.js";

const epochs = 150;
const find = <Type extends Element>(id: string) => document.getElementById(id) as unknown as Type;
const plane = find<HTMLCanvasElement>("plane");
const curve = find<SVGElement>("curve");
const status = find<HTMLElement>("status");
const toggle = find<HTMLButtonElement>("toggle");
const again = find<HTMLButtonElement>("again");

const points = drawPoints(400);
const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const net = await MoonsWorker.create({ worker, seed: 1 });

async function train(net: MoonsWorkerNet): Promise<void> {
  const losses: number[] = [];
  again.disabled = true;
  toggle.disabled = false;
  await net.fit(points, {
    epochs,
    async onEpoch({ epoch, metrics }) {
      losses.push(metrics.loss);
      drawCurve(curve, losses, epochs);
      status.textContent = `Epoch ${losses.length} of ${epochs}: loss ${metrics.loss.toFixed(3)}, ${(100 * metrics.accuracy).toFixed(1)}% right`;
      if (epoch % 5 === 0) drawPlane(plane, points, (await net.predict({ point: grid })).chance);
    },
  });
  drawPlane(plane, points, (await net.predict({ point: grid })).chance);
  again.disabled = false;
  toggle.disabled = true;
}

let paused = false;
toggle.addEventListener("click", async () => {
  paused = !paused;
  toggle.textContent = paused ? "Go on" : "Pause";
  await (paused ? net.pause() : net.resume());
});
again.addEventListener("click", async () => {
  await net.initialize();
  await train(net);
});

await train(net);
