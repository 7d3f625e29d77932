/** @file The library's text as documents: `netc-library:/dense.net`, read-only. */
import { libraryPrefix } from "../check/library.js";

const scheme = "netc-library:/";

/** Definitions in the library point at such paths. */
export const isLibraryPath = (path: string): boolean => path.startsWith(libraryPrefix);
export const libraryUriOf = (path: string): string => scheme + path.slice(libraryPrefix.length);
export const libraryPathOf = (uri: string): string | undefined =>
  uri.startsWith(scheme) ? libraryPrefix + uri.slice(scheme.length).replace(/^\/*/, "") : undefined;
