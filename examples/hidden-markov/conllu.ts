/** @file Sentences of a treebank in CoNLL-U, and their words and tags as numbers. */

/** Classes of words, as in hidden-markov.net. */
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

/** One array per sentence. */
export interface Encoded {
  readonly words: readonly (readonly number[])[];
  readonly tag: readonly (readonly number[])[];
}

export function encode(sentences: readonly Sentence[], { words, tags }: Code): Encoded {
  return {
    words: sentences.map((sentence) => sentence.words.map((word) => words.get(word) ?? 0)),
    tag: sentences.map((sentence) => sentence.tags.map((tag) => Math.max(0, tags.indexOf(tag)))),
  };
}

/** What is predicted for each word beside its true tag. */
const pairs = (path: readonly ArrayLike<number>[], { tag }: Encoded): (readonly [found: number, tag: number])[] =>
  tag.flatMap((own, row) => own.map((one, i) => [path[row]![i]!, one] as const));

/** Share of the words whose tag is the true one. */
export function accuracy(path: readonly ArrayLike<number>[], encoded: Encoded): number {
  const all = pairs(path, encoded);
  return all.filter(([found, tag]) => found === tag).length / all.length;
}

/** Share of the words that are right if every state is read as the tag that it most often has: what unsupervised states are worth. */
export function manyToOne(path: readonly ArrayLike<number>[], encoded: Encoded): number {
  const together = new Map<number, Map<number, number>>();
  const all = pairs(path, encoded);
  for (const [found, tag] of all) {
    const own = together.get(found) ?? new Map<number, number>();
    together.set(found, own.set(tag, (own.get(tag) ?? 0) + 1));
  }
  return [...together.values()].reduce((sum, own) => sum + Math.max(...own.values()), 0) / all.length;
}
