/** @file Errors that are the input's or the user's fault, and what the process answers to each. */

/** Exit code 1. */
export { InputFault } from "../diagnostics/fault.js";

export const exitCodes = { ok: 0, input: 1, usage: 2, defect: 70, interrupted: 130 } as const;

/** Whether a generated net threw it, of what it was given; every module has classes of its own. */
export const isNetError = (error: unknown): error is Error =>
  error instanceof Error && /^Net(?:Input|Weights|Target)Error$/.test(error.name);

/** The command was used wrongly: exit code 2. */
export class UsageFault extends Error {
  override readonly name = "UsageFault";
}
