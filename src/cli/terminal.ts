/** @file The terminal: colours only where one reads them, results on standard output, everything else on standard error. */
import type { Paint } from "../diagnostics/render.js";
import { plain } from "../diagnostics/render.js";

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;

export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Diagnostics and progress. */
  err(text: string): void;
  /** A diagnostic of the least importance. */
  note(text: string): void;
  /** Replaces the last status line (only where standard error is a terminal). */
  status(text: string): void;
  readonly interactive: boolean;
  readonly paint: Paint;
}

export function nodeTerminal(): Terminal {
  const interactive = process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
  const noColour = process.env["NO_COLOR"];
  const colours = interactive && (noColour === undefined || noColour === "");
  let statusShown = false;
  const clear = () => {
    if (statusShown) process.stderr.write("\r\x1b[2K");
    statusShown = false;
  };
  const paint: Paint = colours ? (style, text) => `\x1b[${codes[style]}m${text}\x1b[0m` : plain;
  const err = (text: string) => {
    clear();
    process.stderr.write(`${text}\n`);
  };
  return {
    interactive,
    paint,
    out(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    err,
    note: (text) => err(`${paint("yellow", "note")}: ${text}`),
    status(text) {
      if (!interactive) return;
      process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      statusShown = true;
    },
  };
}

/** A table with aligned columns; numbers to the right. */
export function table(rows: readonly (readonly string[])[], paint: Paint = plain): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const numeric = widths.map((_, column) => rows.slice(1).every((row) => /^[-\d.,%x ]*$/.test(row[column]!)));
  return rows
    .map((row, line) => {
      const cells = row.map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      );
      const text = cells.join("  ").trimEnd();
      return line === 0 ? paint("bold", text) : text;
    })
    .join("\n");
}

/** `1234567` as `1,234,567`. */
export const grouped = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** `90` seconds as `1:30`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
