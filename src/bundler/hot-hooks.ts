/** @file Vite: modules that are replaced in running pages, for as long as its server runs. */
import { readFileSync } from "node:fs";
import type { UnpluginOptions } from "unplugin";
import { loadNet, type LoadedNet } from "./load.js";
import type { NetModules } from "./modules.js";

/** What the page runs (hot.ts), as a module without a file. */
const hotName = "virtual:netc/hot";
const hotModule = `\0${hotName}`;
const hotText = () =>
  readFileSync(new URL("./hot.js", import.meta.url), "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");

/** The generated module itself; under the file's own name the page finds one whose nets follow each edit. */
const bareQuery = "?netc";

function following(path: string, { creators }: LoadedNet): string {
  const bare = JSON.stringify(path + bareQuery);
  return [
    `import * as models from ${bare};`,
    `import { follow } from ${JSON.stringify(hotName)};`,
    `export * from ${bare};`,
    ...creators.map((name, k) => `const model${k} = follow(import.meta.hot, "${name}", models.${name});`),
    `export { ${creators.map((name, k) => `model${k} as ${name}`).join(", ")} };`,
    "import.meta.hot?.accept();\n",
  ].join("\n");
}

interface GraphNode {
  readonly url: string;
  readonly importers: ReadonlySet<GraphNode>;
}
/** Workers are not told of edits. */
function isInWorker(node: GraphNode, visited = new Set<GraphNode>()): boolean {
  if (visited.has(node)) return false;
  visited.add(node);
  return /[?&]worker_file\b/.test(node.url) || [...node.importers].some((importer) => isInWorker(importer, visited));
}

export function hotHooks(modules: NetModules): NonNullable<UnpluginOptions["vite"]> {
  /** Watches a file, present or not; undefined where Vite only builds. */
  let watch: ((file: string) => void) | undefined;
  return {
    configureServer({ watcher }) {
      watch = (file) => watcher.add(file);
    },
    resolveId: { filter: { id: /^virtual:netc\/hot$/ }, handler: () => hotModule },
    load: {
      filter: { id: /\.net(?:\?netc)?$|^\0virtual:netc\/hot$/ },
      handler(id) {
        if (id === hotModule) return hotText();
        const path = id.endsWith(bareQuery) ? id.slice(0, -bareQuery.length) : id;
        const loaded = loadNet(
          modules,
          path,
          {
            // Under the server what a plugin adds counts as imported, and has to exist: hotUpdate knows what depends on it.
            addWatchFile: watch ?? ((file) => this.addWatchFile(file)),
            warn: (message) => this.warn(message),
            error: (message) => this.error(message),
          },
          true,
        );
        const { mode, config } = this.environment;
        const isHot = mode === "dev" && config.consumer === "client" && path === id;
        if (isHot) return following(path, loaded);
        return { code: loaded.code, map: loaded.map ?? null, moduleType: "js" };
      },
    },
    hotUpdate({ file, modules: found }) {
      const { moduleGraph, hot } = this.environment;
      const own = modules.dependents(file).flatMap((path) => [...(moduleGraph.getModulesByFile(path) ?? [])]);
      if (own.length === 0) return;
      if (!own.some((node) => isInWorker(node))) return [...new Set([...found, ...own])];
      for (const node of own) moduleGraph.invalidateModule(node);
      hot.send({ type: "full-reload" });
      return [];
    },
  };
}
