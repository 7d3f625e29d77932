/** @file The barrier between kernels: threads spin, then sleep where they may, until the last one has arrived. */
import { cacheLine } from "../../ir/kernel.js";
import type { WasmFunction } from "./encode.js";
import { FunctionBuilder } from "./function.js";
import { globals } from "./context.js";

/** Atomic loads before a thread goes to sleep: tens of microseconds, longer than neighbours usually differ. */
const spins = 200_000;

/** Bytes that it takes: what arriving threads write must not lie in the cache line that waiting ones read. */
export const barrierSize = 2 * cacheLine;

/** At `address`: how many have arrived. One line after it: the number of times that all have, and how many sleep until then. */
export function barrierFunction(address: number): WasmFunction {
  const arrived = address;
  const round = address + cacheLine;
  const sleepers = round + 4;
  const builder = new FunctionBuilder([]);
  const load = () => {
    builder.i32(0);
    builder.emit("i32.atomic.load", round);
  };
  builder.emit("global.get", globals.parts);
  builder.i32(1);
  builder.emit("i32.le_s");
  builder.if(() => builder.emit("return"));
  load();
  const mine = builder.keep("i32");
  const isSame = () => {
    load();
    builder.get(mine);
    builder.emit("i32.eq");
  };
  builder.i32(0);
  builder.i32(1);
  builder.emit("i32.atomic.rmw.add", arrived);
  builder.i32(1);
  builder.emit("i32.add");
  builder.emit("global.get", globals.parts);
  builder.emit("i32.ge_s");
  builder.if(() => {
    builder.i32(0);
    builder.i32(0);
    builder.emit("i32.atomic.store", arrived);
    builder.i32(0);
    builder.i32(1);
    builder.emit("i32.atomic.rmw.add", round);
    builder.emit("drop");
    // One that counts itself asleep later sees the new round and does not sleep.
    builder.i32(0);
    builder.emit("i32.atomic.load", sleepers);
    builder.if(() => {
      builder.i32(0);
      // All of them; larger numbers V8 allocates on the heap.
      builder.i32(1 << 20);
      builder.emit("memory.atomic.notify", round);
      builder.emit("drop");
    });
    builder.emit("return");
  });
  builder.i32(spins);
  const left = builder.keep("i32");
  builder.loop(() => {
    builder.get(left);
    builder.i32(1);
    builder.emit("i32.sub");
    builder.tee(left);
    builder.i32(0);
    builder.emit("i32.gt_s");
    builder.emit("global.get", globals.sleeps);
    builder.emit("i32.eqz");
    builder.emit("i32.or");
    isSame();
    builder.emit("i32.and");
  });
  const count = (change: number) => {
    builder.i32(0);
    builder.i32(change);
    builder.emit("i32.atomic.rmw.add", sleepers);
    builder.emit("drop");
  };
  isSame();
  builder.if(() => {
    count(1);
    builder.loop(() => {
      builder.i32(0);
      builder.get(mine);
      builder.emit("i64.const", -1n);
      builder.emit("memory.atomic.wait32", round);
      builder.emit("drop");
      isSame();
    });
    count(-1);
  });
  return builder.finish("barrier");
}
