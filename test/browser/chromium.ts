/** @file Serves files to headless Chromium, with the headers that decide what its pages may do. */
import { accessSync, constants } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, extname, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** CHROMIUM_PATH, or `chromium` on PATH (Debian: apt install chromium); undefined: there is none. */
export const chromiumPath = [
  process.env["CHROMIUM_PATH"] ?? "",
  ...(process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "chromium")),
].find(isProgram);

const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** Kinds of pages: where each path starts, and its headers. */
export const headersOf = {
  /** May share memory with its workers. */
  isolated: isolation,
  /** May not. */
  plain: {},
  /** Isolated; only workers from files. */
  "own-workers": { ...isolation, "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'" },
  /** Its policy forbids to compile WebAssembly. */
  "no-compilation": { "Content-Security-Policy": "script-src 'self'" },
} as const;
export type PageKind = keyof typeof headersOf;

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
  /** In microseconds; none: not ended when the trace was. */
  readonly dur?: number;
  /** The same by the thread's own clock, where the system has one. */
  readonly tdur?: number;
}

export class Site {
  readonly #server;
  readonly #browser: Browser;
  private constructor(server: ReturnType<typeof createServer>, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  /** `files`: by name; the same for every kind of page. */
  static async open(files: Readonly<Record<string, string>>): Promise<Site> {
    const server = createServer(({ url = "" }, response) => {
      const [, kind = "", name = ""] = /^\/([^/]+)\/(.*)$/.exec(url) ?? [];
      const text = Object.hasOwn(files, name) ? files[name] : undefined;
      response.writeHead(text === undefined ? 404 : 200, {
        "Content-Type": types[extname(name)] ?? "text/plain",
        ...headersOf[kind as PageKind],
      });
      response.end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Site(server, await chromium.launch({ executablePath: chromiumPath!, headless: true }));
  }

  /** Opens `index.html`, after the script if there is one, for as long as `use` takes. */
  async visit<Result>(kind: PageKind, use: (page: Page) => Promise<Result>, before = ""): Promise<Result> {
    const page = await this.#browser.newPage();
    try {
      if (before) await page.addInitScript(before);
      await page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${kind}/index.html`);
      return await use(page);
    } finally {
      await page.close();
    }
  }

  /**
   * The most processor time, in milliseconds, that one task took on a page's own thread meanwhile: unlike wall-clock time, which
   * stands for it where the system has no such clock, it does not grow with what else the machine does.
   */
  async longestTask(page: Page, meanwhile: () => Promise<void>): Promise<number> {
    await this.#browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "__metadata"] });
    await meanwhile();
    const trace = JSON.parse(String(await this.#browser.stopTracing())) as {
      readonly traceEvents: readonly TraceEvent[];
    };
    const threads = trace.traceEvents.filter(
      ({ name, args }) => name === "thread_name" && args["name"] === "CrRendererMain",
    );
    const times = trace.traceEvents
      .filter(
        ({ name, pid, tid }) =>
          name.endsWith("RunTask") && threads.some((thread) => thread.pid === pid && thread.tid === tid),
      )
      .map(({ dur, tdur = dur }) => tdur)
      .filter((time) => time !== undefined);
    if (times.length === 0) throw new Error("the trace holds no tasks of a page");
    return Math.max(...times) / 1000;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
