/** @file `netc/rollup`: the plugin for Rollup. */
import { netc } from "./plugin.js";
export type { NetcOptions } from "./options.js";

export default netc.rollup;
