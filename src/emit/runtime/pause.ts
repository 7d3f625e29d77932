/** @file Returning to the event loop. */

declare const setImmediate: undefined | ((callback: () => void) => unknown);
declare const MessageChannel: new () => {
  readonly port1: {
    addEventListener(type: "message", listener: () => void, options: { once: true }): void;
    start(): void;
    close(): void;
  };
  readonly port2: { postMessage(message: null): void };
};
declare const performance: { now(): number };

export function now(): number {
  return performance.now();
}

/** A way to give timers, input and painting their turn. */
export interface Pause {
  turn(): Promise<void>;
  close(): void;
}
/** Node has `setImmediate`, and handles chained messages without a turn; browsers stretch chained timers to 4 ms. */
export function createPause(): Pause {
  if (typeof setImmediate === "function") {
    const immediately = setImmediate;
    return { turn: () => new Promise((resolve) => immediately(() => resolve())), close: () => {} };
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
