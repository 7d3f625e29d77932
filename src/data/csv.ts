/** @file CSV text to a table of strings (RFC 4180, plus LF and CR line ends, a byte order mark, and blank lines). */
import { DataError, quote } from "./error.js";

/** A table as its file has it: named columns of strings, each as long as `lines`. */
export interface Table {
  readonly file: string | undefined;
  /** Names from the header line, in file order. */
  readonly columns: readonly string[];
  /** `cells[column][row]`. */
  readonly cells: readonly (readonly string[])[];
  /** The line, from 1, on which each row starts. */
  readonly lines: readonly number[];
}

const quoteCode = 34;
const commaCode = 44;
const lineFeed = 10;
const carriageReturn = 13;

/**
 * Reads a table whose first line names the columns. Names are trimmed, cells are not; blank lines are skipped.
 * @throws DataError for an empty file, a table without rows, a row of the wrong length, or misplaced quotes.
 */
export function parseCsv(text: string, file?: string): Table {
  const records = new Records(text, file);
  const header = records.next();
  if (!header) {
    throw new DataError("the file is empty", { file, expected: "a header line with the names of the columns" });
  }
  const columns = header.map((name) => name.trim());
  const cells: string[][] = columns.map(() => []);
  const lines: number[] = [];
  for (let record = records.next(); record; record = records.next()) {
    if (record.length !== columns.length) {
      throw new DataError("the row has the wrong number of cells", {
        file,
        line: records.line,
        row: lines.length + 1,
        expected: `${columns.length}, as in the header`,
        found: String(record.length),
        help: "a cell that holds a comma must be in double quotes",
      });
    }
    for (let i = 0; i < record.length; i++) cells[i]!.push(record[i]!);
    lines.push(records.line);
  }
  if (lines.length === 0) throw new DataError("the table has a header but no rows", { file });
  return { file, columns, cells, lines };
}

/** One record after the other; `line` is where the last one started. */
class Records {
  line = 0;
  #position: number;
  #nextLine = 1;
  constructor(
    readonly text: string,
    readonly file: string | undefined,
  ) {
    this.#position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  next(): string[] | undefined {
    const { text } = this;
    while (this.#position < text.length && this.#atLineEnd()) this.#skipLineEnd();
    if (this.#position >= text.length) return undefined;
    this.line = this.#nextLine;
    const record: string[] = [];
    for (;;) {
      record.push(text.charCodeAt(this.#position) === quoteCode ? this.#quoted() : this.#plain());
      if (text.charCodeAt(this.#position) !== commaCode) break;
      this.#position++;
    }
    if (this.#position < text.length) this.#skipLineEnd();
    return record;
  }

  #atLineEnd(): boolean {
    const code = this.text.charCodeAt(this.#position);
    return code === lineFeed || code === carriageReturn;
  }

  #skipLineEnd(): void {
    const { text } = this;
    const crlf = text.charCodeAt(this.#position) === carriageReturn && text.charCodeAt(this.#position + 1) === lineFeed;
    this.#position += crlf ? 2 : 1;
    this.#nextLine++;
  }

  #plain(): string {
    const { text } = this;
    const start = this.#position;
    let end = start;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === commaCode || code === lineFeed || code === carriageReturn) break;
      if (code === quoteCode) {
        throw new DataError("a double quote inside a cell that does not start with one", {
          file: this.file,
          line: this.line,
          found: quote(text.slice(start, end + 1)),
          help: 'put the whole cell in double quotes and write the quote inside as ""',
        });
      }
    }
    this.#position = end;
    return text.slice(start, end);
  }

  #quoted(): string {
    const { text } = this;
    const opening = this.#nextLine;
    const start = this.#position + 1;
    let end = start;
    let doubled = false;
    for (;;) {
      end = text.indexOf('"', end);
      if (end < 0) {
        throw new DataError("a double quote is never closed", {
          file: this.file,
          line: opening,
          found: quote(text.slice(start - 1, start + 40)),
        });
      }
      if (text.charCodeAt(end + 1) !== quoteCode) break;
      doubled = true;
      end += 2;
    }
    this.#position = end + 1;
    const value = text.slice(start, end);
    this.#nextLine += value.match(/\r\n|\r|\n/g)?.length ?? 0;
    if (this.#position < text.length && !this.#atLineEnd() && text.charCodeAt(this.#position) !== commaCode) {
      throw new DataError("text after the closing double quote of a cell", {
        file: this.file,
        line: this.#nextLine,
        expected: "a comma or the end of the line",
        found: quote(text.slice(this.#position, this.#position + 20)),
        help: 'write a quote inside a quoted cell as ""',
      });
    }
    return doubled ? value.replaceAll('""', '"') : value;
  }
}
