/** @file Cart-pole, solved by deep Q-learning and by REINFORCE: 475 of 500 steps, as the task is judged. */
import { expect, test } from "vitest";
import { hasFallen, play, push, randomFrom } from "../../examples/cartpole/cartpole.js";
import { greedyPolicy, learnByQ, type QNet } from "../../examples/cartpole/dqn.js";
import { learnByPolicyGradient, likelierPolicy, type PolicyNet } from "../../examples/cartpole/reinforce.js";
import type { Net } from "../../src/cli/module.js";
import { moduleOf } from "./support.js";

// Under the command line's types, names of inputs are known at run time only.
type LooseQ = Net & QNet<Net>;
type LoosePolicy = Net & PolicyNet;

test("the pole falls by itself, and a push to the right accelerates as the equations say", () => {
  expect(play(() => 1, 20, randomFrom(1))).toBeLessThan(15);
  // (10 / 1.1) / (0.5 * (4 / 3 - 0.1 / 1.1)) = 14.63 rad/s^2 against the push, for 0.02 s.
  const [x, speed, angle, turning] = push([0, 0, 0, 0], 1);
  expect([x, angle]).toEqual([0, 0]);
  expect(turning).toBeCloseTo((-0.02 * (10 / 1.1)) / (0.5 * (4 / 3 - 0.1 / 1.1)), 6);
  expect(speed).toBeCloseTo(0.02 * (10 / 1.1 - (0.05 * (turning / 0.02)) / 1.1), 6);
  expect(hasFallen([2.5, 0, 0, 0])).toBe(true);
});
test("deep Q-learning", async () => {
  const Q = await moduleOf("cartpole", "Q");
  const [net, target] = [Q.create({ seed: 1 }) as LooseQ, Q.create({ seed: 1 }) as LooseQ];
  expect(learnByQ(net, target, 1)).toBeLessThan(1000);
  expect(play(greedyPolicy(net), 100, randomFrom(1e6 + 1))).toBeGreaterThanOrEqual(475);
});
test("REINFORCE", async () => {
  const net = (await moduleOf("cartpole", "Policy")).create({ seed: 1 }) as LoosePolicy;
  expect(learnByPolicyGradient(net, 1)).toBeLessThan(1600);
  expect(play(likelierPolicy(net), 100, randomFrom(1e6 + 1))).toBeGreaterThanOrEqual(475);
});
