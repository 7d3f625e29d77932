/**
 * @file The protocol's messages and types, by one door: the package is CommonJS, and what bundles it copies its hundreds of names for
 * each file that imports it.
 */
export * from "vscode-languageserver-protocol";
