/** @file The extension for VS Code: starts the language server, and shows the library's text. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { LanguageClient, type ServerOptions, TransportKind } from "vscode-languageclient/node";

const libraryScheme = "netc-library";
let client: LanguageClient | undefined;

/** The `netc` that a folder, or one above it, has among its packages. */
function installedIn(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const root = join(at, "node_modules", "netc");
    if (existsSync(join(root, "package.json"))) {
      const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { bin: { netc: string } };
      return join(root, bin.netc);
    }
    if (dirname(at) === at) return undefined;
  }
}

/** The configured `netc`, else that of the workspace, else the extension's own. */
function netcOf(context: vscode.ExtensionContext): string {
  const configured = vscode.workspace.getConfiguration("netc").get<string>("path")?.trim();
  if (configured) return configured;
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  // The code of a folder runs only where the user trusts it.
  const own = vscode.workspace.isTrusted ? folders.map(({ uri }) => installedIn(uri.fsPath)).find(Boolean) : undefined;
  return own ?? context.asAbsolutePath(join("server", "netc.mjs"));
}

/** Scripts run in the editor's own Node, others as programs. */
function serverOptions(netc: string): ServerOptions {
  if (/\.[cm]?js$/.test(netc)) return { module: netc, args: ["lsp"], transport: TransportKind.stdio };
  return { command: netc, args: ["lsp"], transport: TransportKind.stdio };
}

async function start(context: vscode.ExtensionContext): Promise<void> {
  const documentSelector = ["file", "untitled", libraryScheme].map((scheme) => ({ scheme, language: "net" }));
  let netc = "netc";
  try {
    netc = netcOf(context);
    client = new LanguageClient("netc", "netc", serverOptions(netc), { documentSelector });
    client.info(`starting ${netc}`);
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(
      `${netc} could not be started: ${reason}. The setting netc.path names another.`,
    );
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  if (running?.isRunning()) await running.stop();
  await running?.dispose();
}

async function libraryText(uri: vscode.Uri): Promise<string> {
  const answer = await client?.sendRequest<{ readonly text: string } | null>("netc/libraryText", {
    uri: uri.toString(),
  });
  return answer?.text ?? "";
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const restart = async () => {
    await stop();
    await start(context);
  };
  context.subscriptions.push(
    vscode.commands.registerCommand("netc.restart", restart),
    vscode.workspace.registerTextDocumentContentProvider(libraryScheme, { provideTextDocumentContent: libraryText }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("netc.path")) void restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void restart()),
  );
  await start(context);
}

export const deactivate = stop;
