/** @file What the parser decides by, worked out decision by decision as texts come to them: no text comes to all, and every start waits. */
import { type ILookaheadStrategy, LLkLookaheadStrategy } from "./chevrotain.js";

/** The function that `make` gives, made at the first call. */
function onDemand<A, R>(make: () => (argument?: A) => R): (argument?: A) => R {
  let made: ((argument?: A) => R) | undefined;
  return function (this: unknown, argument) {
    return (made ??= make()).call(this, argument);
  };
}

export class LookaheadOnDemand extends LLkLookaheadStrategy {
  override buildLookaheadForAlternation(options: Parameters<ILookaheadStrategy["buildLookaheadForAlternation"]>[0]) {
    return onDemand(() => super.buildLookaheadForAlternation(options));
  }
  override buildLookaheadForOptional(options: Parameters<ILookaheadStrategy["buildLookaheadForOptional"]>[0]) {
    return onDemand(() => super.buildLookaheadForOptional(options));
  }
}
