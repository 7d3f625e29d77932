/** @file The worker that draws what is learned from: as many digits as it is told, always the same for a seed, moved to the page. */
import { type DigitSet, drawDigits } from "../../demo/digits.js";

interface Wish {
  readonly count: number;
  readonly seed: number;
}
interface Scope {
  addEventListener(type: "message", listener: (event: { readonly data: Wish }) => void): void;
  postMessage(message: DigitSet, transfer: readonly ArrayBufferLike[]): void;
}
const scope = globalThis as unknown as Scope;

scope.addEventListener("message", ({ data: { count, seed } }) => {
  const drawn = drawDigits(count, seed);
  scope.postMessage(drawn, [drawn.images.buffer, drawn.labels.buffer]);
});
