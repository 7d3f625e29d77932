/** @file The workspace: its folders, and files that change on disk. */
import { FileChangeType } from "../protocol.js";
import { type Feature, onNotification } from "../feature.js";

export const workspace: Feature = {
  name: "workspace",
  capabilities: { workspace: { workspaceFolders: { supported: true, changeNotifications: true } } },
  handlers: [
    onNotification("workspace/didChangeWorkspaceFolders", (context, { event: { added, removed } }) =>
      context.changeFolders(
        added.map(({ uri }) => uri),
        removed.map(({ uri }) => uri),
      ),
    ),
    onNotification("workspace/didChangeWatchedFiles", (context, { changes }) => {
      if (changes.some(({ type }) => type !== FileChangeType.Changed)) context.changed({ kind: "files" });
      for (const { uri } of changes) {
        const path = context.documents.pathOf(uri);
        context.project.invalidate(path);
        context.changed({ kind: "text", path });
      }
    }),
  ],
  /** All files, not only `.net`: `class[from "words.txt"]` reads others, and few of them change. */
  initialized: (context) => {
    if (!context.client.workspace?.didChangeWatchedFiles?.dynamicRegistration) return;
    const registerOptions = { watchers: [{ globPattern: "**/*.{net,txt}" }] };
    const method = "workspace/didChangeWatchedFiles";
    context.ask("client/registerCapability", { registrations: [{ id: method, method, registerOptions }] });
  },
};
