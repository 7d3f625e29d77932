/** @file `netc/vite`: the plugin for Vite. */
import { netc } from "./plugin.js";
export type { NetcOptions } from "./options.js";

export default netc.vite;
