/** @file Checks `.net` text given as a string. */
import type { CheckedModel } from "../../src/check/model.js";
import { createProject } from "../../src/compiler/project.js";

const path = "model.net";

/** The messages of a text, one line each. */
export function messagesOf(text: string): string[] {
  const checked = createProject({ readText: () => text, resolve: (specifier) => specifier }).check(path);
  return (checked?.diagnostics ?? []).map(({ code, severity, message, location }) => {
    const line = text.slice(0, location.span.start).split("\n").length;
    return `${severity} ${code} in line ${line}: ${message}`;
  });
}

/** The one model of a text without errors. */
export function checkText(text: string, batch?: number): CheckedModel {
  const project = createProject({ readText: () => text, resolve: (specifier) => specifier });
  const checked = project.check(path, batch === undefined ? {} : { batch });
  const errors = messagesOf(text).filter((message) => message.startsWith("error"));
  if (errors.length > 0 || !checked?.models[0]) throw new Error(`${errors.join("\n")}\n${text}`);
  return checked.models[0];
}
