/** @file REINFORCE on the cart: whole episodes are played, then actions are made more or less likely by what followed them. */
import { hasFallen, longestEpisode, play, push, randomFrom, start, type Random, type State } from "./cartpole.js";

/** What is used of a net made of the model Policy. */
export interface PolicyNet {
  predict(inputs: { observation: Float32Array }): { readonly chance: ArrayLike<number> };
  trainStep(data: { observation: Float32Array; action: Int32Array; advantage: Float32Array }): unknown;
}

const discount = 0.99;
/** Episodes per update; at most the model's batch of steps. */
const together = 8;

/** Trains `net` until it keeps the pole up for 490 of 500 steps on average; gives the episodes that took. */
export function learnByPolicyGradient(net: PolicyNet, seed: number, updates = 200): number {
  const random = randomFrom(seed);
  for (let update = 1; update <= updates; update++) {
    const episodes = Array.from({ length: together }, () => episode(net, random));
    const steps = episodes.flatMap(({ states, actions, returns }) =>
      states.map((state, i) => ({ state, action: actions[i]!, value: returns[i]! })),
    );
    // Better or worse than usual, in units of the usual deviation.
    const mean = steps.reduce((sum, { value }) => sum + value, 0) / steps.length;
    const deviation = Math.sqrt(steps.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / steps.length);
    net.trainStep({
      observation: Float32Array.from(steps.flatMap(({ state }) => state)),
      action: Int32Array.from(steps, ({ action }) => action),
      advantage: Float32Array.from(steps, ({ value }) => (value - mean) / (deviation + 1e-6)),
    });
    if (update % 5 === 0 && play(likelierPolicy(net), 50, randomFrom(seed + update)) >= 490) return together * update;
  }
  return together * updates;
}

function episode(net: PolicyNet, random: Random) {
  const states: State[] = [];
  const actions: number[] = [];
  let state = start(random);
  while (states.length < longestEpisode && !hasFallen(state)) {
    const { chance } = net.predict({ observation: Float32Array.from(state) });
    const action = random() < chance[1]! ? 1 : 0;
    states.push(state);
    actions.push(action);
    state = push(state, action);
  }
  // The discounted number of steps from here to the end.
  const returns = states.map(() => 0);
  for (let i = states.length - 1; i >= 0; i--) returns[i] = 1 + discount * (returns[i + 1] ?? 0);
  return { states, actions, returns };
}

/** The action of the larger chance. */
export function likelierPolicy(net: Pick<PolicyNet, "predict">): (state: State) => number {
  return (state) => (net.predict({ observation: Float32Array.from(state) }).chance[1]! > 0.5 ? 1 : 0);
}
