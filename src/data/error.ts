/** @file The error that data readers throw: what is wrong, where, what was expected and what to do. */

/** Where and what; every field is optional because a reader of bytes has no lines and a whole file has no column. */
export interface DataErrorDetails {
  readonly file?: string | undefined;
  /** Line of the text file, from 1. */
  readonly line?: number | undefined;
  /** Data row (CSV: the header does not count) or example, from 1. */
  readonly row?: number | undefined;
  /** Column name of a table, or column of a text line from 1. */
  readonly column?: string | number | undefined;
  readonly found?: string | undefined;
  readonly expected?: string | undefined;
  /** What the reader of the message can do. */
  readonly help?: string | undefined;
}

/** A fault of the input data, never of the program: `message` is complete in one line, `help` is apart. */
export class DataError extends Error implements DataErrorDetails {
  override readonly name = "DataError";
  /** The message without place, expectation and finding. */
  readonly problem: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly row: number | undefined;
  readonly column: string | number | undefined;
  readonly found: string | undefined;
  readonly expected: string | undefined;
  readonly help: string | undefined;

  constructor(problem: string, details: DataErrorDetails = {}) {
    super(sentence(problem, details));
    this.problem = problem;
    this.file = details.file;
    this.line = details.line;
    this.row = details.row;
    this.column = details.column;
    this.found = details.found;
    this.expected = details.expected;
    this.help = details.help;
  }

  /** Message and help, as a terminal shows them. */
  describe(): string {
    return this.help === undefined ? this.message : `${this.message}\n  help: ${this.help}`;
  }
}

function sentence(problem: string, { file, line, row, column, found, expected }: DataErrorDetails): string {
  const where = [
    file === undefined ? "" : line === undefined ? file : `${file}:${line}`,
    row === undefined ? "" : `row ${row}`,
    column === undefined ? "" : `column ${typeof column === "string" ? quote(column) : column}`,
  ].filter((part) => part !== "");
  const what = [
    problem,
    expected === undefined ? "" : `expected ${expected}`,
    found === undefined ? "" : `found ${found}`,
  ].filter((part) => part !== "");
  return [where.join(", "), what.join(", ")].filter((part) => part !== "").join(": ");
}

/** A value in quotes with control characters escaped, cut to a length that fits a line. */
export function quote(value: string, limit = 60): string {
  return JSON.stringify(value.length > limit ? `${value.slice(0, limit)}…` : value);
}

/** At most `limit` quoted names, then how many more there are. */
export function listNames(names: readonly string[], limit = 20): string {
  const shown = names.slice(0, limit).map((name) => quote(name));
  return names.length > limit ? `${shown.join(", ")} and ${names.length - limit} more` : shown.join(", ");
}
