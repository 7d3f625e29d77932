/** @file What a code action is made from, and what it gives. */
import type { Span } from "../../base/source.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Context } from "../context.js";
import type { Document } from "../documents.js";
import type { FileIndex } from "../symbols/index.js";
import type { FileEdits } from "../symbols/rename.js";

export interface ActionRequest {
  readonly context: Context;
  readonly document: Document;
  readonly index: FileIndex;
  /** The selection, empty for a cursor. */
  readonly span: Span;
}
export interface Action {
  readonly title: string;
  /** As the protocol counts kinds: `quickfix`, `refactor.extract`. */
  readonly kind: string;
  readonly edits: FileEdits;
  /** What it mends. */
  readonly diagnostic?: Diagnostic;
  /** What a key for "fix this" does. */
  readonly isPreferred?: boolean;
}
/** Actions of one kind. */
export interface Actions {
  readonly kind: string;
  readonly offer: (request: ActionRequest) => readonly Action[];
}

export const isInside = (inner: Span, outer: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;
export const touches = (a: Span, b: Span): boolean => a.start <= b.end && b.start <= a.end;

/** `base`, or the first of `base_2`, `base_3`, .. that is not taken. */
export function freeName(base: string, taken: (name: string) => boolean): string {
  let name = base;
  for (let k = 2; taken(name); k++) name = `${base}_${k}`;
  return name;
}
