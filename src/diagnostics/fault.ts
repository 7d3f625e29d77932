/** @file What is thrown where the input, not the program, is at fault, and how it is told. */
import type { Diagnostic } from "./diagnostic.js";
import { type Paint, plain, render } from "./render.js";

/** A file or its text is at fault: shown without a stack trace. */
export class InputFault extends Error {
  override readonly name: string = "InputFault";
  constructor(
    message: string,
    readonly help?: string,
    readonly diagnostics: readonly Diagnostic[] = [],
  ) {
    super(message);
  }
}

/** The diagnostics with their source frames, then the message. */
export function renderFault({ message, help, diagnostics }: InputFault, paint: Paint = plain): string {
  return [
    ...diagnostics.map((diagnostic) => `${render(diagnostic, paint)}\n`),
    `${paint("red", "error")}: ${message}`,
    ...(help === undefined ? [] : [`${paint("green", "help")}: ${help}`]),
  ].join("\n");
}
