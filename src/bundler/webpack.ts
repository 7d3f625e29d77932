/** @file `netc/webpack`: the plugin for webpack. */
import { netc } from "./plugin.js";
export type { NetcOptions } from "./options.js";

export default netc.webpack;
