/** @file A pole on a cart: state, motion and a source of random numbers. Source: Barto, Sutton and Anderson, 1983; constants as in Gym. */

/** Position, its speed, angle from upright in radians, its speed. */
export type State = readonly [x: number, speed: number, angle: number, turning: number];

/** Steps of an episode in which the pole did not fall. */
export const longestEpisode = 500;

const gravity = 9.8;
const poleMass = 0.1;
const totalMass = 1.1;
/** Of half the pole, in metres. */
const length = 0.5;
const force = 10;
/** Seconds per step. */
const interval = 0.02;

/** Pushes left (0) or right (1) for one step. */
export function push([x, speed, angle, turning]: State, action: number): State {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const moved = ((action === 1 ? force : -force) + poleMass * length * turning ** 2 * sin) / totalMass;
  const turn = (gravity * sin - cos * moved) / (length * (4 / 3 - (poleMass * cos ** 2) / totalMass));
  const acceleration = moved - (poleMass * length * turn * cos) / totalMass;
  return [x + interval * speed, speed + interval * acceleration, angle + interval * turning, turning + interval * turn];
}

/** The cart has left its track of 4.8 m, or the pole leans by more than 12 degrees. */
export const hasFallen = ([x, , angle]: State): boolean => Math.abs(x) > 2.4 || Math.abs(angle) > (12 * Math.PI) / 180;

export type Random = () => number;

/** Numbers in [0, 1) that depend on the seed alone: mulberry32, by Tommy Ettinger. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Nearly upright, nearly at rest. */
export function start(random: Random): State {
  const small = () => 0.1 * random() - 0.05;
  return [small(), small(), small(), small()];
}

/** Mean number of steps, of at most 500, that a policy keeps the pole up. */
export function play(act: (state: State) => number, episodes: number, random: Random): number {
  let steps = 0;
  for (let episode = 0; episode < episodes; episode++) {
    let state = start(random);
    for (let step = 0; step < longestEpisode && !hasFallen(state); step++, steps++) state = push(state, act(state));
  }
  return steps / episodes;
}
