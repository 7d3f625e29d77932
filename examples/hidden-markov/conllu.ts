/** @file Sentences of a treebank in CoNLL-U, and their words and tags as numbers. */

/** Sizes of the arrays, as in hidden-markov.net. */
export const longest = 60;
export const vocabulary = 1024;

export interface Sentence {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** Words (column FORM, in lower case) and parts of speech (UPOS); contractions and empty nodes are left out. */
export function parseConllu(text: string): Sentence[] {
  return text.split(/\n\s*\n/).flatMap((block) => {
    const rows = block.split("\n").map((line) => line.split("\t"));
    const tokens = rows.filter(([id]) => /^\d+$/.test(id ?? ""));
    if (tokens.length === 0) return [];
    return [{ words: tokens.map((row) => row[1]!.toLowerCase()), tags: tokens.map((row) => row[3]!) }];
  });
}

export interface Code {
  readonly words: ReadonlyMap<string, number>;
  readonly tags: readonly string[];
}

/** Words seen twice or more are numbered from 1, in order of appearance; 0 stands for all others. */
export function codeOf(sentences: readonly Sentence[]): Code {
  const seen = new Map<string, number>();
  for (const { words } of sentences) for (const word of words) seen.set(word, (seen.get(word) ?? 0) + 1);
  const frequent = [...seen].filter(([, times]) => times > 1);
  const words = new Map(frequent.map(([word], k) => [word, k + 1]));
  if (words.size >= vocabulary) throw new Error(`${words.size} words, but the model has room for ${vocabulary - 1}`);
  return { words, tags: [...new Set(sentences.flatMap(({ tags }) => tags))].sort() };
}

export interface Encoded {
  /** [sentences, longest], 0 beyond a sentence's end. */
  readonly words: Int32Array;
  readonly tag: Int32Array;
  /** Words per sentence. */
  readonly count: Int32Array;
}

export function encode(sentences: readonly Sentence[], { words, tags }: Code): Encoded {
  const encoded: Encoded = {
    words: new Int32Array(sentences.length * longest),
    tag: new Int32Array(sentences.length * longest),
    count: Int32Array.from(sentences, (sentence) => sentence.words.length),
  };
  sentences.forEach((sentence, row) => {
    if (sentence.words.length > longest) throw new Error(`a sentence of ${sentence.words.length} words`);
    sentence.words.forEach((word, i) => (encoded.words[row * longest + i] = words.get(word) ?? 0));
    sentence.tags.forEach((tag, i) => (encoded.tag[row * longest + i] = Math.max(0, tags.indexOf(tag))));
  });
  return encoded;
}

/** Share of the words whose tag is the true one. */
export function accuracy(path: ArrayLike<number>, { tag, count }: Encoded): number {
  let right = 0;
  let words = 0;
  count.forEach((n, row) => {
    for (let i = row * longest; i < row * longest + n; i++) right += Number(path[i] === tag[i]);
    words += n;
  });
  return right / words;
}

/** Share of the words that are right if every state is read as the tag that it most often has: what unsupervised states are worth. */
export function manyToOne(path: ArrayLike<number>, encoded: Encoded): number {
  const { tag, count } = encoded;
  const together = new Map<number, Map<number, number>>();
  let words = 0;
  count.forEach((n, row) => {
    for (let i = row * longest; i < row * longest + n; i++) {
      const own = together.get(path[i]!) ?? new Map<number, number>();
      together.set(path[i]!, own.set(tag[i]!, (own.get(tag[i]!) ?? 0) + 1));
    }
    words += n;
  });
  return [...together.values()].reduce((sum, own) => sum + Math.max(...own.values()), 0) / words;
}
