/** @file Checks `.net` text given as a string. */
import type { CheckedModel } from "../../src/check/model.js";
import { createProject } from "../../src/compiler/project.js";

const path = "model.net";
/** One project, so that the library is parsed once. */
const project = createProject({ readText: () => undefined, resolve: (specifier) => specifier });

function check(text: string, batch?: number) {
  project.setText(path, text);
  const { models, diagnostics } = project.check(path, batch === undefined ? {} : { batch })!;
  const messages = diagnostics.map(({ code, severity, message, location }) => {
    const line = text.slice(0, location.span.start).split("\n").length;
    return `${severity} ${code} in line ${line}: ${message}`;
  });
  return { models, messages };
}

/** The messages of a text, one line each. */
export const messagesOf = (text: string): string[] => check(text).messages;

/** The one model of a text without errors; `batch` replaces the declared one. */
export function checkText(text: string, batch?: number): CheckedModel {
  const { models, messages } = check(text, batch);
  const errors = messages.filter((message) => message.startsWith("error"));
  if (errors.length > 0 || !models[0]) throw new Error(`${errors.join("\n")}\n${text}`);
  return models[0];
}
