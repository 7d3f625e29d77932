/** @file Random bits as an operation of key, row and element. */
import { hashBits } from "../ir/draws.js";
import type { ScalarOp } from "../ir/types.js";

export { drawKey, hashBits, hashText, mixBits } from "../ir/draws.js";

/** `randomBits(key, row, element)`: a uniform whole number in [0, 2^24), which f32 holds exactly. */
export const randomBits: ScalarOp = {
  name: "randomBits",
  arity: 3,
  type: () => "i32",
  reference: (key, row, element) => hashBits(key!, row!, element!),
  cost: 12,
  samples: [
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [-123456789, 31, 1000000],
  ],
};
