/** @file Deep Q-learning on the cart: replay of what happened, and a target net that is a copy of the net some steps ago. */
import { hasFallen, longestEpisode, play, push, randomFrom, start, type State } from "./cartpole.js";

/** What is used of a net made of the model Q. */
export interface QNet<Net> {
  predict(inputs: { observation: Float32Array }): { readonly q: ArrayLike<number> };
  trainStep(data: { observation: Float32Array; action: Int32Array; value: Float32Array }): unknown;
  copyFrom(net: Net): void;
}
interface Transition {
  readonly state: State;
  readonly action: number;
  readonly next: State;
  readonly over: boolean;
}

const discount = 0.99;
const batch = 64;
/** Transitions remembered. */
const capacity = 20_000;
/** Steps between copies. */
const copyEvery = 250;

/** Trains `net` until it keeps the pole up for 490 of 500 steps on average; gives the episodes that took. */
export function learnByQ<Net extends QNet<Net>>(net: Net, target: Net, seed: number, episodes = 1000): number {
  const random = randomFrom(seed);
  const greedy = greedyPolicy(net);
  const memory: Transition[] = [];
  let steps = 0;
  target.copyFrom(net);
  for (let episode = 1; episode <= episodes; episode++) {
    let state = start(random);
    for (let step = 0; step < longestEpisode && !hasFallen(state); step++, steps++) {
      const exploring = Math.max(0.02, 1 - steps / 5000);
      const action = random() < exploring ? Math.floor(2 * random()) : greedy(state);
      const next = push(state, action);
      memory[steps % capacity] = { state, action, next, over: hasFallen(next) };
      state = next;
      if (memory.length >= 1000)
        replay(
          net,
          target,
          Array.from({ length: batch }, () => draw(memory, random())),
        );
      if (steps % copyEvery === 0) target.copyFrom(net);
    }
    if (episode % 10 === 0 && play(greedy, 50, randomFrom(seed + episode)) >= 490) return episode;
  }
  return episodes;
}

const draw = (memory: readonly Transition[], place: number) => memory[Math.floor(place * memory.length)]!;

function replay<Net extends QNet<Net>>(net: Net, target: Net, drawn: readonly Transition[]): void {
  const { q } = target.predict({ observation: Float32Array.from(drawn.flatMap(({ next }) => next)) });
  net.trainStep({
    observation: Float32Array.from(drawn.flatMap(({ state }) => state)),
    action: Int32Array.from(drawn, ({ action }) => action),
    // Each step that the pole is up is worth 1; nothing follows a fall.
    value: Float32Array.from(drawn, ({ over }, k) => 1 + (over ? 0 : discount * Math.max(q[2 * k]!, q[2 * k + 1]!))),
  });
}

/** The action of the larger value. */
export function greedyPolicy(net: Pick<QNet<never>, "predict">): (state: State) => number {
  return (state) => {
    const { q } = net.predict({ observation: Float32Array.from(state) });
    return q[1]! > q[0]! ? 1 : 0;
  };
}
