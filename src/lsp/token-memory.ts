/** @file The semantic tokens last sent of each document, so that afterwards only what changed is sent. */
import type { SemanticTokens, SemanticTokensDelta } from "./protocol.js";

interface Sent {
  readonly resultId: string;
  readonly data: readonly number[];
}

export class TokenMemory {
  readonly #sent = new Map<string, Sent>();
  #count = 0;

  /** Everything, under a new id. */
  send(path: string, data: number[]): SemanticTokens {
    const resultId = String(++this.#count);
    this.#sent.set(path, { resultId, data });
    return { resultId, data };
  }
  /** What differs from the result with the id, if that is what was last sent; else everything. */
  sendSince(path: string, previous: string, data: number[]): SemanticTokens | SemanticTokensDelta {
    const before = this.#sent.get(path);
    const { resultId } = this.send(path, data);
    return before?.resultId === previous ? { resultId, edits: difference(before.data, data) } : { resultId, data };
  }
  forget(path: string): void {
    this.#sent.delete(path);
  }
}

/** One edit: what lies between the equal beginnings and the equal ends. */
function difference(before: readonly number[], after: readonly number[]): SemanticTokensDelta["edits"] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const deleteCount = before.length - start - end;
  const data = after.slice(start, after.length - end);
  return deleteCount === 0 && data.length === 0 ? [] : [{ start, deleteCount, data }];
}
