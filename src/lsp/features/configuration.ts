/** @file The user's settings: asked from clients that answer, else taken from what they send. */
import { settingsFrom } from "../configuration.js";
import type { Context } from "../context.js";
import { type Feature, onNotification } from "../feature.js";

function use(context: Context, value: unknown): void {
  context.settings = settingsFrom(value);
  context.changed({ kind: "settings" });
}
async function ask(context: Context): Promise<void> {
  const answer: unknown = await context.connection.sendRequest("workspace/configuration", {
    items: [{ section: "netc" }],
  });
  use(context, Array.isArray(answer) ? answer[0] : undefined);
}
const asked = (context: Context) =>
  void ask(context).catch((error: unknown) => context.log(`workspace/configuration: ${String(error)}`));

export const configuration: Feature = {
  name: "configuration",
  capabilities: {},
  handlers: [
    onNotification("workspace/didChangeConfiguration", (context, params) => {
      if (context.client.workspace?.configuration) asked(context);
      else use(context, (params?.settings as { readonly netc?: unknown } | undefined)?.netc);
    }),
  ],
  initialized: (context) => {
    const { workspace } = context.client;
    if (workspace?.configuration) asked(context);
    if (!workspace?.didChangeConfiguration?.dynamicRegistration) return;
    const method = "workspace/didChangeConfiguration";
    context.ask("client/registerCapability", {
      registrations: [{ id: method, method, registerOptions: { section: "netc" } }],
    });
  },
};
