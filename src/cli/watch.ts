/** @file Builds files again when anything that they depend on changes, until the process is interrupted. */
import { existsSync, type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { dependenciesOf } from "../compiler/build.js";
import type { Project } from "../compiler/project.js";
import type { Terminal } from "./terminal.js";

/** Milliseconds of quiet after a change: editors write in several steps. */
const quiet = 50;

/** `build` is called once per file at first. */
export function watchFiles(
  project: Project,
  files: readonly string[],
  build: (file: string) => unknown,
  terminal: Terminal,
): Promise<void> {
  /** What each file's last build depended on, and the texts that it saw. */
  const dependencies = new Map<string, readonly string[]>();
  const texts = new Map<string, string | undefined>();
  const watchers = new Map<string, FSWatcher>();
  let pending: NodeJS.Timeout | undefined;

  /** Folders rather than files, because editors replace files; the nearest one that exists. */
  const watchFolder = (folder: string): void => {
    if (!existsSync(folder) && dirname(folder) !== folder) return watchFolder(dirname(folder));
    if (watchers.has(folder)) return;
    const changed = () => {
      clearTimeout(pending);
      pending = setTimeout(rebuild, quiet);
    };
    const fail = (error: unknown) => terminal.err(`cannot watch ${folder}: ${String(error)}`);
    try {
      watchers.set(folder, watch(folder, changed).on("error", fail));
    } catch (error) {
      fail(error);
    }
  };
  const attempt = (file: string): void => {
    // Watched before it is built, so that no change falls between; what else it depends on, as soon as that is known.
    watchFolder(dirname(file));
    build(file);
    const found = dependenciesOf(project, file);
    dependencies.set(file, found);
    for (const path of found) {
      texts.set(path, project.text(path));
      watchFolder(dirname(path));
    }
  };
  const rebuild = (): void => {
    project.invalidate();
    const changed = new Set([...texts].filter(([path, before]) => project.text(path) !== before).map(([p]) => p));
    if (changed.size === 0) return;
    terminal.err(`${[...changed].join(", ")} changed`);
    for (const file of files) if (dependencies.get(file)!.some((path) => changed.has(path))) attempt(file);
  };

  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(pending);
      for (const watcher of watchers.values()) watcher.close();
      resolve();
    };
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
    for (const file of files) attempt(file);
  });
}
