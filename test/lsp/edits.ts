/** @file Random edits as people make them: keys, words, lines, declarations, deleted, doubled, moved. Same seed, same edits. */

/** Half-open, in UTF-16 units. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
export const applied = (text: string, edit: TextEdit): string =>
  text.slice(0, edit.start) + edit.text + text.slice(edit.end);

const pieces = [
  ...'(){}[]:,.=~-<>*+/"|^@ \n',
  " -> ",
  "relu",
  "dense(8)",
  "x",
  "\r\n",
  "\t",
  "// ∂𝑥\n",
  "/// what it is\n",
  "let z = x\n",
  "layer twice(x: [n]) -> [n] = x + x\n",
  "const k = 3\n",
  "model Tiny { input x: f32[2] output y = x -> dense(2) }\n",
  " as head",
];

export function randomEdit(text: string, next: () => number): TextEdit {
  const whole = (n: number) => Math.floor(next() * n);
  const at = whole(text.length + 1);
  const piece = pieces[whole(pieces.length)]!;
  switch (whole(8)) {
    case 0:
      return { start: at, end: Math.min(text.length, at + 1 + whole(4)), text: "" };
    case 1: {
      // A word by another of the text.
      const words = [...text.matchAll(/\w+/g)];
      if (words.length === 0) return { start: at, end: at, text: piece };
      const word = words[whole(words.length)]!;
      return { start: word.index, end: word.index + word[0].length, text: words[whole(words.length)]![0] };
    }
    case 2: {
      const start = text.lastIndexOf("\n", at - 1) + 1;
      const end = text.indexOf("\n", at) + 1 || text.length;
      return next() < 0.5 ? { start, end, text: "" } : { start, end: start, text: text.slice(start, end) };
    }
    default:
      return { start: at, end: at, text: piece };
  }
}
