/** @file `node --import netc/register app.js`: Node imports and requires `.net` files, compiled in memory with the plugin's default options. */
import * as nodeModule from "node:module";
import { createLoadHook, createRequireExtension, type LoadHook, type RequireExtension } from "./node-loader.js";

const { registerHooks, _extensions } = nodeModule as unknown as {
  readonly registerHooks?: (hooks: { load: LoadHook }) => void;
  readonly _extensions: Record<string, RequireExtension>;
};
/** Node 22.15 and later: in the thread that imports. Before, hooks have a thread of their own, and `require` does not ask them. */
if (registerHooks) registerHooks({ load: createLoadHook() });
else {
  nodeModule.register("./node-hooks.js", import.meta.url);
  _extensions[".net"] = createRequireExtension();
}
