/** @file All diagnostics of a file in one list. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";

const byPosition = (a: Diagnostic, b: Diagnostic) => a.location.span.start - b.location.span.start;

/** In the order of the text. A text with errors is half-written: what looks unused or missing in it may be yet to come. */
export function combined(found: readonly Diagnostic[], lints: () => readonly Diagnostic[]): readonly Diagnostic[] {
  const hasErrors = found.some(({ severity }) => severity === "error");
  return [...found, ...(hasErrors ? [] : lints())].sort(byPosition);
}
