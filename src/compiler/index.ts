/**
 * @file The compiler for programs (`import .. from "netc"`), in Node and in browsers: it touches no file but through a host.
 *
 * ```ts
 * import { buildModule, createProject, InputFault, renderFault } from "netc";
 *
 * const project = createProject({ readText: (path) => files.get(path), resolve: (specifier) => specifier });
 * try {
 *   const { text } = buildModule(project, "digits.net", { language: "js", target: "wasm", fallback: true });
 * } catch (error) {
 *   if (error instanceof InputFault) console.error(renderFault(error));
 *   else throw error;
 * }
 * ```
 */
export { type Location, type Position, SourceFile, type Span } from "../base/source.js";
export type { Target } from "../backends/model.js";
export type { Diagnostic, Edit, Fix, Related, Severity } from "../diagnostics/diagnostic.js";
export { InputFault, renderFault } from "../diagnostics/fault.js";
export { type Paint, plain, render, toJson } from "../diagnostics/render.js";
export type { EmittedModule } from "../emit/emit.js";
export type { SourceMap } from "../emit/source-map.js";
export { type BuildOptions, buildModule, type BuiltModule, type ModuleOptions, dependenciesOf } from "./build.js";
export { declarationsPath } from "./declarations.js";
export { type Checked, type CheckOptions, createProject, type Host, type Project } from "./project.js";
export type { ParseResult } from "../syntax/parse.js";
