/** @file Options that are numbers, with usage errors that say what was expected. */
import { InvalidArgumentError } from "commander";

/** A whole number of at least `least`. */
export const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`expected a whole number of at least ${least}, found ${JSON.stringify(text)}.`);
    return value;
  };
