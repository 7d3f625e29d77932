/** @file What handlers see of the server: documents, the project, the workspace, settings, the client. */
import {
  type ClientCapabilities,
  type Disposable,
  MessageType,
  type Location as ProtocolLocation,
  type NotificationMethod,
  type ParamsOf,
} from "./protocol.js";
import type { Location } from "../base/source.js";
import { createProject, type Project } from "../compiler/project.js";
import { defaultSettings, type Settings } from "./configuration.js";
import { type Document, Documents } from "./documents.js";
import type { LanguageHost } from "./host.js";
import { negotiated, toRange } from "./positions.js";
import { PlannedMemory } from "./planned-memory.js";
import { SymbolIndex } from "./symbols/index.js";
import { TokenMemory } from "./token-memory.js";

/** What changed: the text of a file, in the editor or on disk; which files there are; or the user's settings. */
export type Change = { readonly kind: "text"; readonly path: string } | { readonly kind: "files" | "settings" };

/** Takes messages to the client. */
interface Client {
  sendNotification(method: string, params: unknown): Promise<void>;
  sendRequest(method: string, params?: unknown): Promise<unknown>;
}

export class Context {
  /** The compiler. */
  readonly project: Project;
  readonly documents: Documents;
  /** What every name stands for. */
  readonly symbols: SymbolIndex;
  readonly tokens = new TokenMemory();
  settings: Settings = defaultSettings;
  readonly memory = new PlannedMemory(this);
  readonly #folders = new Set<string>();
  /** Files of the folders, until files come or go. */
  #files: readonly string[] | undefined;
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(
    readonly host: LanguageHost,
    readonly client: ClientCapabilities,
    readonly connection: Client,
  ) {
    this.project = createProject(host);
    const { library } = this.project;
    this.symbols = new SymbolIndex({
      library,
      parse: (path) => this.project.parse(path),
      resolve: (specifier, from) => host.resolve(specifier, from),
    });
    this.documents = new Documents(this.project, host, negotiated(client.general?.positionEncodings));
  }

  /** The document as it is now, open or not; undefined if nobody has it. */
  document(uri: string): Document | undefined {
    return this.documents.get(uri);
  }
  /** A place of the compiler's as the protocol says it, also in the library. */
  location({ file, span }: Location): ProtocolLocation {
    return { uri: this.documents.uriOf(file.name), range: toRange(file, span, this.documents.encoding) };
  }

  /** Paths of all `.net` files of the workspace and of those open. */
  files(): readonly string[] {
    this.#files ??= [...this.#folders].flatMap((folder) => this.host.files(folder));
    return [...new Set([...this.#files, ...this.documents.open])];
  }
  /** Workspace folders, by URI. */
  changeFolders(added: readonly string[], removed: readonly string[]): void {
    for (const uri of removed) this.#folders.delete(this.host.pathOf(uri));
    for (const uri of added) this.#folders.add(this.host.pathOf(uri));
    this.changed({ kind: "files" });
  }

  onChange(listener: (change: Change) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }
  changed(change: Change): void {
    if (change.kind === "files") this.#files = undefined;
    for (const listener of this.#listeners) listener(change);
  }

  /** A notification to the client. */
  send<M extends NotificationMethod>(method: M, params: ParamsOf<M>): void {
    const sent = async () => this.connection.sendNotification(method, params);
    sent().catch(() => {
      // The client is gone, and nobody is left to be told.
    });
  }
  /** Runs what no message asked for; what it throws is a line in the log. */
  guarded(what: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.log(`${what}: a defect in netc, please report it\n${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  /** A request to the client whose answer does not matter, such as `workspace/codeLens/refresh`. */
  ask(method: string, params?: object): void {
    const answered = async (): Promise<unknown> =>
      params ? this.connection.sendRequest(method, params) : this.connection.sendRequest(method);
    answered().catch((error: unknown) =>
      this.log(`${method}: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
  /** A line in the client's log. */
  log(message: string): void {
    this.send("window/logMessage", { type: MessageType.Error, message });
  }
}
