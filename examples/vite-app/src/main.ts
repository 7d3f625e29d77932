/** @file The page: digits are drawn in one worker, learned in another, and read from the pad while that goes on. */
import { Answer } from "./answer.js";
import { Curve } from "./curve.js";
import { DigitsWorker } from "./digits.net";
import { Pad, side } from "./pad.js";

const count = 8000;
const epochs = 3;
/** The model holds out a tenth for validation; batches of 32. */
const steps = Math.ceil((0.9 * count) / 32);

const find = <Type extends Element>(id: string) => document.getElementById(id) as unknown as Type;
const status = find<HTMLElement>("status");
const toggle = find<HTMLButtonElement>("toggle");
const again = find<HTMLButtonElement>("again");
const answer = new Answer(find("bars"), find("sentence"));
const curve = new Curve(find("curve"), epochs * steps);
const seen = find<HTMLCanvasElement>("seen");

/** `state` is for those who test the page: drawing, failed, training, paused, trained. */
function say(state: string, text: string): void {
  document.body.dataset["state"] = state;
  // Nobody wants twenty sentences a second read out.
  status.ariaLive = state === "training" ? "off" : "polite";
  status.textContent = text;
}

interface Drawn {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}
/** From a worker of its own, which ends with it. */
function drawDigits(seed: number): Promise<Drawn> {
  const worker = new Worker(new URL("./draw.worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.addEventListener("error", ({ message }) => reject(new Error(message || "the worker cannot be loaded")));
    worker.addEventListener("message", ({ data }: { readonly data: Drawn }) => {
      worker.terminate();
      resolve(data);
    });
    worker.postMessage({ count, seed });
  });
}

/** One picture of grey values into a canvas of its size. */
function paint(canvas: HTMLCanvasElement, picture: ArrayLike<number>): void {
  const image = new ImageData(side, side);
  image.data.fill(255);
  for (let pixel = 0; pixel < side * side; pixel++)
    image.data.fill(255 - (picture[pixel] ?? 0), 4 * pixel, 4 * pixel + 3);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

const net = await DigitsWorker.create({
  seed: 1,
  worker: new Worker(new URL("./train.worker.ts", import.meta.url), { type: "module" }),
});

let isAsking = false;
let isStale = false;
/** One question at a time; the newest drawing is never left out. */
async function read(): Promise<void> {
  isStale = true;
  if (isAsking) return;
  isAsking = true;
  while (isStale) {
    isStale = false;
    const image = pad.picture();
    paint(seen, image);
    answer.show(pad.isEmpty ? undefined : (await net.predict({ image })).digit);
  }
  isAsking = false;
}
const pad = new Pad(find("pad"), () => void read());
await read();
find<HTMLButtonElement>("clear").addEventListener("click", () => pad.clear());

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
/** Each time on new digits, which are moved to the worker: a copy of so many would take the page longer than a frame. */
async function train(seed: number): Promise<void> {
  curve.clear();
  again.disabled = true;
  say("drawing", `Drawing ${count.toLocaleString("en")} digits to learn from`);
  const { images, labels } = await drawDigits(seed).catch((error: unknown) => {
    say("failed", `The digits to learn from could not be drawn: ${String(error)}`);
    throw error;
  });
  find("samples").replaceChildren(
    ...Array.from({ length: 12 }, (_, k) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [side, side];
      paint(canvas, images.subarray(k * side * side, (k + 1) * side * side));
      return canvas;
    }),
  );
  toggle.disabled = false;
  const { epochs: reports } = await net.fit(
    { image: images, label: labels },
    {
      epochs,
      transfer: true,
      // Twenty reports a second.
      budgetMs: 50,
      onBatch({ epoch, batch, batches, metrics: { loss, accuracy } }) {
        const step = (epoch - 1) * batches + batch;
        curve.add(step, loss);
        say(
          "training",
          `Pass ${epoch} of ${epochs}, step ${batch} of ${batches}: ${percent(accuracy)} of the last batch right`,
        );
        if (!pad.isEmpty) void read();
      },
    },
  );
  [toggle.disabled, again.disabled] = [true, false];
  const { validation } = reports.at(-1) ?? {};
  await read();
  say("trained", validation ? `Trained: ${percent(validation.accuracy)} of unseen digits right` : "Trained");
}

let isPaused = false;
toggle.addEventListener("click", async () => {
  isPaused = !isPaused;
  toggle.textContent = isPaused ? "Go on" : "Pause";
  await (isPaused ? net.pause() : net.resume());
  if (isPaused) say("paused", "Paused");
});
let seed = 1;
again.addEventListener("click", async () => {
  await net.initialize();
  await train(++seed);
});
await train(seed);
