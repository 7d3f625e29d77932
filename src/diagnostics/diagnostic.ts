/** @file What a diagnostic is, and how a table of codes defines them. */
import type { Location, Span } from "../base/source.js";

export type Severity = "error" | "warning" | "hint";

/** Replaces `span` by `text` in the diagnostic's file. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

/** A second place that explains the first, such as the step where a shape came from. */
export interface Related {
  readonly location: Location;
  readonly message: string;
}

export interface Diagnostic {
  /** Stable code such as `NET2003`: tests, `netc explain` and editors use it; nothing branches on the message. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly location: Location;
  readonly help?: string;
  /** Of the word that is used wrongly. */
  readonly signature?: string;
  readonly related?: readonly Related[];
  readonly fix?: Fix;
}

/** One row of a table: severity, message as a function of typed parameters, and the page `netc explain` shows. */
export interface Rule<P> {
  readonly code: string;
  readonly severity: Severity;
  readonly message: (parameters: P) => string;
  readonly help?: (parameters: P) => string | undefined;
  /** What mends it, from the parameters and the place, where that is the whole of what is wrong. */
  readonly fix?: (parameters: P, span: Span) => Fix | undefined;
  /** Several sentences for `netc explain CODE`: what it means, why it matters, an example and its mending. */
  readonly explanation: string;
}

/** Extra parts of one occurrence, beside what its rule says. */
export interface Extra {
  readonly help?: string;
  readonly signature?: string;
  readonly related?: readonly Related[];
  readonly fix?: Fix;
}

export function rule<P = Record<string, never>>(row: Rule<P>): Rule<P> {
  return row;
}

/** The fix of a mistyped name: the one that was meant in its place. */
export const replaceBySuggestion = (
  { suggestion }: { readonly suggestion: string | undefined },
  span: Span,
): Fix | undefined =>
  suggestion === undefined ? undefined : { title: `replace by \`${suggestion}\``, edits: [{ span, text: suggestion }] };

/** Makes the diagnostic of a rule at a place. */
export function diagnose<P>(row: Rule<P>, location: Location, parameters: P, extra: Extra = {}): Diagnostic {
  const help = extra.help ?? row.help?.(parameters);
  const fix = extra.fix ?? row.fix?.(parameters, location.span);
  return {
    code: row.code,
    severity: row.severity,
    message: row.message(parameters),
    location,
    ...(help === undefined ? {} : { help }),
    ...(extra.signature === undefined ? {} : { signature: extra.signature }),
    ...(extra.related ? { related: extra.related } : {}),
    ...(fix ? { fix } : {}),
  };
}

/** Collects diagnostics; phases never throw at the first. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  report<P>(row: Rule<P>, location: Location, parameters: P, extra?: Extra): void {
    this.list.push(diagnose(row, location, parameters, extra));
  }
  get hasErrors(): boolean {
    return this.list.some((entry) => entry.severity === "error");
  }
}
