/** @file Returning to the event loop. */

declare const MessageChannel:
  | undefined
  | (new () => {
      readonly port1: {
        addEventListener(type: "message", listener: () => void, options: { once: true }): void;
        start(): void;
        close(): void;
      };
      readonly port2: { postMessage(message: null): void };
    });
declare function setTimeout(callback: () => void, milliseconds: number): unknown;
declare const performance: { now(): number };

export function now(): number {
  return performance.now();
}

/** A way to give timers, input and painting their turn; messages, because browsers stretch nested timers to 4 ms. */
export interface Pause {
  turn(): Promise<void>;
  close(): void;
}
export function createPause(): Pause {
  if (typeof MessageChannel === "undefined") {
    return { turn: () => new Promise((resolve) => setTimeout(resolve, 0)), close: () => {} };
  }
  const { port1, port2 } = new MessageChannel();
  port1.start();
  return {
    turn: () =>
      new Promise((resolve) => {
        port1.addEventListener("message", () => resolve(), { once: true });
        port2.postMessage(null);
      }),
    close: () => port1.close(),
  };
}
