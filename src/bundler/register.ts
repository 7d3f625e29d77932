/** @file `node --import netc/register app.js`: Node imports `.net` files, compiled in memory with the plugin's default options. */
import * as nodeModule from "node:module";
import { createLoadHook, type LoadHook } from "./node-loader.js";

/** Node 22.15 and later: in the thread that imports. Before, hooks have a thread of their own. */
const { registerHooks } = nodeModule as { readonly registerHooks?: (hooks: { load: LoadHook }) => void };
if (registerHooks) registerHooks({ load: createLoadHook() });
else nodeModule.register("./node-hooks.js", import.meta.url);
