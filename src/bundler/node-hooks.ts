/** @file The hooks as Node before 22.15 loads them, in their own thread. */
export { loadNet as load } from "./node-loader.js";
