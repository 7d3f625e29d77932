/** @file Balances the pole by deep Q-learning and by REINFORCE; the header of cartpole.net says how to run this. */
import { longestEpisode, play, randomFrom } from "./cartpole.js";
import { greedyPolicy, learnByQ } from "./dqn.js";
import { Policy, Q } from "./generated/cartpole.net.js";
import { learnByPolicyGradient, likelierPolicy } from "./reinforce.js";

const seed = Number(process.argv[2] ?? 1);
const said = (name: string, episodes: number, mean: number) =>
  console.log(
    `${name}: ${episodes} episodes; the pole is up for ${mean.toFixed(1)} of ${longestEpisode} steps, mean of 100 new episodes`,
  );

const q = Q.create({ seed });
said("deep Q-learning", learnByQ(q, Q.create({ seed }), seed), play(greedyPolicy(q), 100, randomFrom(1e6 + seed)));

const policy = Policy.create({ seed });
said("REINFORCE", learnByPolicyGradient(policy, seed), play(likelierPolicy(policy), 100, randomFrom(1e6 + seed)));
