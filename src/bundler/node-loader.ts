/** @file Node's hooks: a `.net` file as the JavaScript module that it compiles to. */
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { declarationsPath } from "../compiler/declarations.js";
import { InputFault, renderFault } from "../diagnostics/fault.js";
import { nodeHost } from "../host/files.js";
import { createModules } from "./modules.js";

interface Loaded {
  readonly format: string;
  readonly source?: unknown;
  readonly shortCircuit?: boolean;
}
export type LoadHook = <Context, Result>(
  url: string,
  context: Context,
  nextLoad: (url: string, context: Context) => Result,
) => Result | Loaded;

/**
 * The JavaScript of a file, its map inside. A program that runs writes nothing into its sources, but says when their types are of
 * another version.
 */
function createCompile(): (path: string) => string {
  const modules = createModules({ declarations: false });
  const warn = (text: string) => process.emitWarning(text, "netc");
  return (path) => {
    try {
      const { text, map, declarations } = modules.build(path, warn);
      const types = nodeHost.readText(declarationsPath(path));
      if (types !== undefined && types !== declarations)
        warn(`${declarationsPath(path)} is stale: netc build --emit types writes it anew`);
      const inline = Buffer.from(JSON.stringify(map)).toString("base64");
      return `${text}//# sourceMappingURL=data:application/json;base64,${inline}\n`;
    } catch (error) {
      if (!(error instanceof InputFault)) throw error;
      const fault = new SyntaxError(`\n${renderFault(error)}`);
      // Where the compiler noticed it helps nobody.
      fault.stack = `${fault.name}: ${fault.message}`;
      throw fault;
    }
  };
}

/** For `import`, and from Node 22.15 on for `require`. */
export function createLoadHook(): LoadHook {
  const compile = createCompile();
  return (url, context, nextLoad) => {
    const { protocol, pathname } = new URL(url);
    if (protocol !== "file:" || !pathname.endsWith(".net")) return nextLoad(url, context);
    return { format: "module", source: compile(fileURLToPath(url)), shortCircuit: true };
  };
}

/** What `require` of earlier versions calls. The module is the one that `import` gives. */
export function createRequireExtension(): RequireExtension {
  const compile = createCompile();
  const { require_module: canRequire } = process.features as { readonly require_module?: boolean };
  return (module, path) => {
    if (!canRequire) throw new Error(`${path} compiles to a module: this version of Node can only import it`);
    // oxlint-disable-next-line no-underscore-dangle -- Node calls it so
    module._compile(compile(path), path, "module");
  };
}
export type RequireExtension = (
  module: { _compile(source: string, path: string, format: "module"): void },
  path: string,
) => void;
