/** @file What every bundler asks for: the module of a `.net` file, or what is wrong with it. */
import { existsSync } from "node:fs";
import type { UnpluginBuildContext, UnpluginMessage } from "unplugin";
import { InputFault, renderFault } from "../diagnostics/fault.js";
import { frame, plain } from "../diagnostics/render.js";
import type { NetModules } from "./modules.js";

/** What is needed of a bundler. */
export interface LoadContext extends Pick<UnpluginBuildContext, "getNativeBuildContext"> {
  addWatchFile(file: string): void;
  warn(message: string): void;
  error(message: UnpluginMessage & { readonly frame?: string }): void;
}

export interface LoadedNet {
  readonly code: string;
  readonly map?: SourceMapOfBundlers;
  /** The exports that create nets. */
  readonly creators: readonly string[];
}
interface SourceMapOfBundlers {
  version: 3;
  sources: string[];
  sourcesContent: string[];
  names: string[];
  mappings: string;
}

/** `showsFrames`: the bundler shows a source frame of its own accord. Some bundlers throw when told of an error. */
export function loadNet(modules: NetModules, path: string, context: LoadContext, showsFrames: boolean): LoadedNet {
  try {
    const { text, map, creators } = modules.build(path, (warning) => context.warn(`netc: ${warning}`));
    const { version, mappings } = map;
    const lists = { sources: [...map.sources], sourcesContent: [...map.sourcesContent], names: [...map.names] };
    return { code: text, creators, map: { version, ...lists, mappings } };
  } catch (error) {
    if (!(error instanceof InputFault)) throw error;
    context.error(messageOf(error, path, showsFrames));
    return { code: "export {};", creators: [] };
  } finally {
    for (const file of modules.dependencies(path)) watchFile(context, file);
  }
}

/** Webpack takes a file that is not there for one that was removed, and builds again and again, unless told. */
function watchFile(context: LoadContext, file: string): void {
  const native = existsSync(file) ? undefined : context.getNativeBuildContext?.();
  if (native && "loaderContext" in native && native.loaderContext) native.loaderContext.addMissingDependency(file);
  else context.addWatchFile(file);
}

function messageOf(fault: InputFault, id: string, showsFrames: boolean): UnpluginMessage & { readonly frame?: string } {
  const [first, ...others] = fault.diagnostics;
  if (!first || !showsFrames) return { id, message: `\n${renderFault(fault)}` };
  const { file, span } = first.location;
  const { line, column } = file.positionAt(span.start);
  const loc = { file: id, line: line + 1, column };
  const more = others.length === 0 ? "" : `\n(and ${others.length} more error${others.length === 1 ? "" : "s"})`;
  const help = first.help === undefined ? "" : `\nhelp: ${first.help}`;
  return {
    id,
    message: `${first.code}: ${first.message}${help}${more}`,
    loc,
    frame: frame(first.location, "red", plain),
  };
}
