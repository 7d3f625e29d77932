/** @file Errors that are the input's or the user's fault, and what the process answers to each. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";

export const exitCodes = { ok: 0, input: 1, usage: 2, defect: 70 } as const;

/** The input is at fault: shown without a stack trace, exit code 1. */
export class InputFault extends Error {
  override readonly name = "InputFault";
  constructor(
    message: string,
    readonly help?: string,
    readonly diagnostics: readonly Diagnostic[] = [],
  ) {
    super(message);
  }
}

/** The command was used wrongly: exit code 2. */
export class UsageFault extends Error {
  override readonly name = "UsageFault";
}
