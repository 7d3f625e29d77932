/** @file `netc/rspack`: the plugin for Rspack. */
import { netc } from "./plugin.js";
export type { NetcOptions } from "./options.js";

export default netc.rspack;
