/** @file Options that are numbers, with usage errors that say what was expected. */
import { InvalidArgumentError } from "commander";

/** A whole number of at least `least`, at most `most`. */
export const whole =
  (least: number, most = Infinity) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least || value > most) {
      const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`expected a whole number ${range}, found ${JSON.stringify(text)}.`);
    }
    return value;
  };

/** What draws can be made from. */
export const seedOf = whole(0, 2 ** 32 - 1);

/** A part between 0 and 1, as `50%` or `0.5`. */
export function part(text: string): number {
  const value = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (!/^[\d.]+%?$/.test(text) || !(value > 0 && value < 1))
    throw new InvalidArgumentError(`expected a part such as 50%, found ${JSON.stringify(text)}.`);
  return value;
}
