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

/** Work in slices, between which timers, input and painting have their turn. */
export interface Slices {
  /** To be asked after each piece of work: whether another as long would not fit into this slice. */
  isDue(): boolean;
  /** Ends the slice; the next begins. */
  turn(): Promise<void>;
  close(): void;
}
/** Slices of at most `budget` milliseconds, if no piece takes more. */
export function createSlices(budget: number): Slices {
  const pause = createPause();
  let last = now();
  let end = last + budget;
  let expected = 0;
  return {
    isDue() {
      const time = now();
      expected = Math.max(time - last, 0.9 * expected);
      last = time;
      return time + expected > end;
    },
    async turn() {
      await pause.turn();
      last = now();
      end = last + budget;
    },
    close: pause.close,
  };
}

interface Pause {
  turn(): Promise<void>;
  close(): void;
}
/** Node has `setImmediate`, and handles chained messages without a turn; browsers stretch chained timers to 4 ms. */
function createPause(): Pause {
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
