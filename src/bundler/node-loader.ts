/** @file Node's `load` hook: a `.net` file as the JavaScript module that it compiles to. */
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

/** A program that runs writes nothing into its sources, but says when their types are of another version. */
export function createLoadHook(): LoadHook {
  const modules = createModules({ declarations: false });
  const warn = (text: string) => process.emitWarning(text, "netc");
  return (url, context, nextLoad) => {
    const { protocol, pathname } = new URL(url);
    if (protocol !== "file:" || !pathname.endsWith(".net")) return nextLoad(url, context);
    const path = fileURLToPath(url);
    try {
      const { text, map, declarations } = modules.build(path, warn);
      const types = nodeHost.readText(declarationsPath(path));
      if (types !== undefined && types !== declarations)
        warn(`${declarationsPath(path)} is stale: netc build --emit types writes it anew`);
      const inline = Buffer.from(JSON.stringify(map)).toString("base64");
      const source = `${text}//# sourceMappingURL=data:application/json;base64,${inline}\n`;
      return { format: "module", source, shortCircuit: true };
    } catch (error) {
      if (!(error instanceof InputFault)) throw error;
      const fault = new SyntaxError(`\n${renderFault(error)}`);
      // Where the compiler noticed it helps nobody.
      fault.stack = `${fault.name}: ${fault.message}`;
      throw fault;
    }
  };
}
