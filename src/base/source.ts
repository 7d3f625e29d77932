/** @file Source text, spans into it, and positions for people. */

/** A half-open range of UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Line and column, both from 0, column in UTF-16 units (as the language server protocol counts). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A file's text with its name; the name is what diagnostics show. */
export class SourceFile {
  #lineStarts: number[] | undefined;
  constructor(
    readonly name: string,
    readonly text: string,
  ) {}

  /** Offset of the first character of each line; lines end with `\n`, `\r\n` or `\r`. */
  get lineStarts(): readonly number[] {
    return (this.#lineStarts ??= [
      0,
      ...Array.from(this.text.matchAll(/\r\n?|\n/g), (end) => end.index + end[0].length),
    ]);
  }

  positionAt(offset: number): Position {
    const starts = this.lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - starts[low]! };
  }

  offsetAt({ line, column }: Position): number {
    const start = this.lineStarts[line] ?? this.text.length;
    return Math.min(start + column, this.lineStarts[line + 1] ?? this.text.length);
  }

  /** The text of a line (from 0) without its line end. */
  line(line: number): string {
    const start = this.lineStarts[line] ?? this.text.length;
    return this.text.slice(start, this.lineStarts[line + 1] ?? this.text.length).replace(/(?:\r\n?|\n)$/, "");
  }
}

/** A place in a file: what every node, diagnostic and kernel points at. */
export interface Location {
  readonly file: SourceFile;
  readonly span: Span;
}
