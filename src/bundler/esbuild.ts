/** @file `netc/esbuild`: the plugin for esbuild. */
import { netc } from "./plugin.js";
export type { NetcOptions } from "./options.js";

export default netc.esbuild;
