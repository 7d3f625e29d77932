/** @file The version of netc. */
export const version = "0.1.0";
