/** @file A worker that is a language server: its files are those that the first message brings. */
import { servePort } from "../../../dist/src/lsp/browser.js";

const begin = ({ data: files }) => {
  removeEventListener("message", begin);
  const read = (path) => (Object.hasOwn(files, path) ? files[path] : undefined);
  const host = {
    readText: read,
    resolve: (specifier, from) => new URL(specifier, from).href,
    pathOf: (uri) => uri,
    uriOf: (path) => path,
    files: (folder) => Object.keys(files).filter((path) => path.startsWith(folder)),
  };
  servePort(globalThis, host, { version: "test", onExit: close });
};
addEventListener("message", begin);
