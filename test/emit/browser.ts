/** @file Serves pages to Debian's Chromium without a window, and gives what one reports. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = "chromium";
export const hasChromium = spawnSync(program, ["--version"]).status === 0;

const types: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript" };

/**
 * Opens `index.html` of the files; the page answers with `fetch("/report", { method: "POST", body })`.
 * `isolated`: with the headers that let a page share memory between threads.
 */
export async function report(files: Readonly<Record<string, string>>, isolated: boolean): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), "netc-chromium-"));
  let answer: (text: string) => void = () => {};
  const answered = new Promise<string>((resolve) => (answer = resolve));
  const server = createServer((request, response) => {
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    if (request.url === "/report") {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        response.end();
        answer(body);
      });
      return;
    }
    const name = request.url === "/" ? "index.html" : (request.url?.slice(1) ?? "");
    response.setHeader("Content-Type", types[name.replace(/^.*\./, "")] ?? "text/plain");
    response.end(files[name]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`];
  const browser = spawn(program, [...flags, url], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => browser.on("exit", () => resolve()));
  try {
    return JSON.parse(await answered) as unknown;
  } finally {
    browser.kill();
    await ended;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
