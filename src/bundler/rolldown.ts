/** @file `netc/rolldown`: the plugin for Rolldown. */
import { netc } from "./plugin.js";
export type { NetcOptions } from "./options.js";

export default netc.rolldown;
