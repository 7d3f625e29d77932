/** @file The worker that draws what is learned from: as many digits as it is told, moved to the page. */
import { type DigitSet, drawDigits } from "../../demo/digits.js";

interface Scope {
  addEventListener(type: "message", listener: (event: { readonly data: number }) => void): void;
  postMessage(message: DigitSet, transfer: readonly ArrayBufferLike[]): void;
}
const scope = globalThis as unknown as Scope;

scope.addEventListener("message", ({ data: count }) => {
  const drawn = drawDigits(count, 1);
  scope.postMessage(drawn, [drawn.images.buffer, drawn.labels.buffer]);
});
