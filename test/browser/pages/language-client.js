/** @file A page that edits a file with the language server in a worker, over the protocol's own connection. */
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createProtocolConnection,
} from "vscode-languageserver-protocol/browser.js";

/** Opens a document; gives the diagnostics, the answers to `requests`, and what the server logged. */
globalThis.edit = async ({ files, uri, text, requests }) => {
  const worker = new Worker("./language-server.js", { type: "module" });
  worker.postMessage(files);
  const connection = createProtocolConnection(new BrowserMessageReader(worker), new BrowserMessageWriter(worker));
  const log = [];
  connection.onNotification("window/logMessage", ({ message }) => log.push(message));
  const published = new Promise((resolve) =>
    connection.onNotification("textDocument/publishDiagnostics", (params) => params.uri === uri && resolve(params)),
  );
  connection.listen();
  const { serverInfo } = await connection.sendRequest("initialize", {
    processId: null,
    rootUri: null,
    capabilities: {},
  });
  await connection.sendNotification("initialized", {});
  const textDocument = { uri, languageId: "net", version: 1, text };
  await connection.sendNotification("textDocument/didOpen", { textDocument });
  const { diagnostics } = await published;
  const answers = [];
  for (const [method, params] of requests) answers.push(await connection.sendRequest(method, params));
  const [lens] = await connection.sendRequest("textDocument/codeLens", { textDocument: { uri } });
  const { command } = await connection.sendRequest("codeLens/resolve", lens);
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  return { server: serverInfo.name, diagnostics, answers, lens: command.title, log };
};
