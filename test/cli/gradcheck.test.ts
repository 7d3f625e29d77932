/** @file `netc gradcheck`: true gradients pass on both targets, whatever the model stops; wrong ones do not. */
import { describe, expect, it } from "vitest";
import { Folder } from "./netc.js";

/** The codebook follows the code, and the code is read through the codebook: each is a constant to the other. */
const quantised = `model Quantised {
  input  x: f32[4]
  param  codebook: [5, 3] ~ random_uniform(minval: -1, maxval: 1)
  let    e = x -> dense(3, activation: tanh)
  let    distance[k] = sum[d]((e[d] - codebook[k, d])^2)
  let    q = codebook[argmin(distance)]
  output back = (e + stop_gradient(q - e)) -> dense(4)
  loss   mean_squared_error(back, x)
  loss   sum((stop_gradient(e) - q)^2 + 0.25 * (e - stop_gradient(q))^2)
  optimizer adam(1e-2)
}`;

/** A critic that learns from what it is worth itself, after a phase of its own. */
const critic = `model Critic {
  input  state: f32[3]
  target goal: f32
  output policy = state -> dense(4) as actor -> softmax
  output value = state -> dense(1) as critic -> reshape([])
  loss   judge = (goal - value)^2
  loss   act = -stop_gradient(goal - value) * log(policy[0])
  optimizer adam(1e-2)
  phase  first { only: critic, minimize: judge }
  phase  both { minimize: [judge, act] }
}`;

/** The bias of the keys moves all scores of a query alike: its gradient is 0 but for rounding. */
const attention = `model Attention {
  input  x: f32[6, 8]
  target t: f32[6, 8]
  output y = x -> multi_head_attention(2, key_dim: 4)
  loss   mean_squared_error(y, t)
  optimizer sgd(0.1)
}`;

const wrong = `fn square(x) = x^2   gradient x = dout * x
model Wrong {
  input  x: f32[3]
  target t: f32
  output y = square(x -> dense(1) -> reshape([]))
  loss   mean_squared_error(y, t)
  optimizer sgd(0.1)
}`;

async function check(source: string, target: string) {
  const folder = new Folder({ "a.net": source });
  try {
    return await folder.run("gradcheck", "a.net", "--target", target);
  } finally {
    folder.remove();
  }
}

describe.each(["typescript", "wasm"])("netc gradcheck --target %s", (target) => {
  it.each([
    ["stop_gradient", quantised],
    ["phases", critic],
    ["a gradient that is nothing but rounding", attention],
  ])("passes %s", async (_, source) => {
    const { code, out, err } = await check(source, target);
    expect(out).not.toContain("WRONG");
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
  it("finds a wrong gradient", async () => {
    const { code, out } = await check(wrong, target);
    expect(out).toMatch(/dense\.kernel .* WRONG\n/);
    expect(code).toBe(1);
  });
});
