/** @file Text as characters: windows of class indexes, each with the characters that follow. */
import { DataError, listNames, quote } from "./error.js";

/** Row-major [count, length] class indexes; `targets[i]` is the character after `inputs[i]`. */
export interface CharacterWindows {
  readonly count: number;
  readonly length: number;
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
}

/**
 * The index in the alphabet of each character (Unicode code point).
 * @param alphabet Class names, each one character.
 * @throws DataError for an empty text, a name that is not one character, or a character that is no class (line, column).
 */
export function encodeCharacters(text: string, alphabet: readonly string[], file?: string): Int32Array {
  const indexOf = new Map<string, number>();
  alphabet.forEach((name, index) => {
    if (name.length === 0 || name.length > String.fromCodePoint(name.codePointAt(0)!).length) {
      throw new DataError("text is read by character, so each class must be one character", {
        found: `the class ${quote(name)}`,
      });
    }
    indexOf.set(name, index);
  });
  if (text.length === 0) throw new DataError("the file is empty", { file });
  const indexes = new Int32Array(text.length);
  let count = 0;
  let line = 1;
  let column = 1;
  for (const character of text) {
    const index = indexOf.get(character);
    if (index === undefined) {
      throw new DataError("a character is not in the alphabet", {
        file,
        line,
        column,
        expected: `one of ${listNames(alphabet, 100)}`,
        found: `${quote(character)} (U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")})`,
        help: "add it to the classes of the model, or remove it from the text",
      });
    }
    indexes[count++] = index;
    column++;
    if (character === "\n") {
      line++;
      column = 1;
    }
  }
  return indexes.slice(0, count);
}

/**
 * Cuts text into windows of `length` characters that do not overlap; what is left at the end is dropped.
 * @throws DataError as `encodeCharacters`, or if the text is not longer than one window.
 */
export function characterWindows(
  text: string,
  alphabet: readonly string[],
  length: number,
  file?: string,
): CharacterWindows {
  const indexes = encodeCharacters(text, alphabet, file);
  // The last character only follows.
  const count = Math.floor((indexes.length - 1) / length);
  if (count < 1) {
    throw new DataError("the text is too short", {
      file,
      expected: `at least ${length + 1} characters, a window of ${length} and the next one`,
      found: String(indexes.length),
    });
  }
  const end = count * length;
  return { count, length, inputs: indexes.slice(0, end), targets: indexes.slice(1, end + 1) };
}
