/** @file Where TypeScript looks for the types of `import .. from "./x.net"`. */

/** `x.d.net.ts` beside `x.net`, as the compiler option `allowArbitraryExtensions` has it. */
export const declarationsPath = (source: string): string => source.replace(/\.net$/, "") + ".d.net.ts";
