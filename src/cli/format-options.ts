/** @file What prettier's configuration of a project (`.prettierrc`, `.editorconfig`, ..) says of a `.net` file, as prettier itself reads it. */
import type { FormatOptions } from "../format/format.js";

/** Rejects if the configuration cannot be read. */
export async function formatOptions(path: string): Promise<FormatOptions> {
  const { resolveConfig } = await import("prettier");
  const config = await resolveConfig(path, { editorconfig: true, useCache: false });
  const { printWidth, tabWidth, useTabs, endOfLine } = config ?? {};
  return {
    ...(printWidth === undefined ? {} : { printWidth }),
    ...(tabWidth === undefined ? {} : { tabWidth }),
    ...(useTabs === undefined ? {} : { useTabs }),
    ...(endOfLine === undefined ? {} : { endOfLine }),
  };
}
