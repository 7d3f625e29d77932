/** @file The hooks as Node before 22.15 loads them, in their own thread. */
import { createLoadHook } from "./node-loader.js";

export const load = createLoadHook();
