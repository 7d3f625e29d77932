/** @file One plugin for all bundlers: `import { Digits } from "./digits.net"`. */
import { createUnplugin } from "unplugin";
import { InputFault } from "../diagnostics/fault.js";
import { hotHooks } from "./hot-hooks.js";
import { loadNet } from "./load.js";
import { createModules } from "./modules.js";
import type { NetcOptions } from "./options.js";

const name = "netc";

/** Two would not agree whose options count. */
function demandOne(plugins: readonly unknown[] | undefined): void {
  const isOurs = (plugin: unknown) =>
    typeof plugin === "object" && plugin !== null && "name" in plugin && plugin.name === name;
  if ((plugins ?? []).filter(isOurs).length > 1) throw new InputFault("the plugin netc is listed twice: keep one");
}
/** Webpack's plugins have no names. */
const seen = Symbol.for("netc.plugin");
function demandFirst(compiler: object): void {
  if (Object.hasOwn(compiler, seen)) demandOne([{ name }, { name }]);
  Object.defineProperty(compiler, seen, { value: true });
}

export const netc = createUnplugin<NetcOptions | undefined, false>((options, { framework }) => {
  const modules = createModules(options ?? {});
  const showsFrames = framework === "rollup" || framework === "rolldown";
  return {
    name,
    load: {
      filter: { id: /\.net$/ },
      handler(path) {
        const { code, map } = loadNet(modules, path, this, showsFrames);
        return { code, map };
      },
    },
    rollup: { buildStart: ({ plugins }) => demandOne(plugins) },
    // It does not know the file's extension.
    rolldown: {
      buildStart: ({ plugins }) => demandOne(plugins as readonly unknown[]),
      load: {
        filter: { id: /\.net$/ },
        handler(path) {
          const { code, map } = loadNet(modules, path, this, showsFrames);
          return { code, map, moduleType: "js" };
        },
      },
    },
    vite: { configResolved: ({ plugins }) => demandOne(plugins), ...hotHooks(modules) },
    webpack: demandFirst,
    rspack: demandFirst,
    esbuild: { onLoadFilter: /\.net$/, setup: ({ initialOptions }) => demandOne(initialOptions.plugins) },
  };
});
