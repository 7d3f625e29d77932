/** @file From a `.net` file to a JavaScript module, as the bundlers' plugin and Node's loader want it. */
import { relative, resolve } from "node:path";
import { buildModule, type BuiltModule, dependenciesOf } from "../compiler/build.js";
import { declarationsPath } from "../compiler/declarations.js";
import { createProject } from "../compiler/project.js";
import { InputFault } from "../diagnostics/fault.js";
import { nodeHost, writeAtomic } from "../host/files.js";
import { checkOptions, type NetcOptions } from "./options.js";

export interface NetModules {
  /** The module of a file as the files are now, and its declarations beside it. Throws InputFault. */
  build(path: string, warn: (text: string) => void): BuiltModule;
  /** The files, absolute, on which the module of a file depends; also of one that has errors. */
  dependencies(path: string): readonly string[];
  /** The files built so far whose modules depend on a file. */
  dependents(path: string): readonly string[];
}

interface Remembered {
  readonly texts: ReadonlyMap<string, string | undefined>;
  readonly module: BuiltModule | undefined;
}

/** Paths as people write them: seen from here, if they are below. */
function shown(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen === "" || seen.startsWith("..") ? path : seen;
}
const absolute = (source: string) => (source.startsWith("library:") ? source : resolve(source));

/** Throws InputFault if an option is wrong. */
export function createModules(given: NetcOptions): NetModules {
  const { target, fallback, declarations, ...options } = checkOptions(given);
  const project = createProject(nodeHost);
  const remembered = new Map<string, Remembered>();

  const remember = (path: string, module: BuiltModule | undefined) => {
    const texts = new Map(dependenciesOf(project, shown(path)).map((file) => [file, project.text(file)]));
    remembered.set(path, { texts, module });
  };
  const build = (path: string, warn: (text: string) => void): BuiltModule => {
    project.invalidate();
    const known = remembered.get(path);
    if (known?.module && [...known.texts].every(([file, text]) => project.text(file) === text)) return known.module;
    let module: BuiltModule | undefined;
    try {
      const settings = { ...options, target, fallback: fallback === "typescript", language: "js", note: warn } as const;
      const { map, ...built } = buildModule(project, shown(path), settings);
      module = { ...built, map: { ...map, sources: map.sources.map(absolute) } };
      return module;
    } finally {
      remember(path, module);
    }
  };
  const filesOf = (path: string) => [...(remembered.get(path)?.texts.keys() ?? [])].map((file) => resolve(file));
  return {
    build(path, warn) {
      const module = build(path, warn);
      if (declarations) writeDeclarations(path, module.declarations!, warn);
      return module;
    },
    dependencies: filesOf,
    dependents: (file) => [...remembered.keys()].filter((path) => filesOf(path).includes(resolve(file))),
  };
}

/** What is installed is not touched; and bundling goes on where sources are read-only, as in an image. */
function writeDeclarations(source: string, text: string, warn: (text: string) => void): void {
  if (source.split(/[/\\]/).includes("node_modules")) return;
  const path = declarationsPath(source);
  try {
    writeAtomic(path, text);
  } catch (error) {
    if (!(error instanceof InputFault)) throw error;
    warn(
      `the types of ${shown(source)} are ${nodeHost.readText(path) === undefined ? "missing" : "stale"}: ${error.message}`,
    );
  }
}
