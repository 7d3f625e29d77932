/** @file What `netc lsp` publishes of `examples/broken` is what `netc check --json` prints, each in a process of its own. */
import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { DiagnosticSeverity, type Diagnostic } from "vscode-languageserver-protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createProject } from "../../src/compiler/project.js";
import { nodeHost } from "../../src/host/files.js";
import { SourceFile } from "../../src/base/source.js";
import type { DiagnosticData } from "../../src/lsp/features/diagnostics.js";
import { netc } from "../cli/netc.js";
import { ServerProcess } from "./process.js";

const folder = "examples/broken";
const names = readdirSync(folder).sort();
const texts = Object.fromEntries(names.map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")]));

/** A diagnostic of the protocol as `--json` prints it. */
function asJson(document: string, { code, severity, range, message, relatedInformation, data }: Diagnostic): object {
  const [first, ...rest] = message.split("\n");
  const part = (label: string) => rest.find((line) => line.startsWith(`${label}: `))?.slice(label.length + 2);
  const at = (uri: string, { start, end }: Diagnostic["range"]) => ({
    file: uri.startsWith("netc-library:/")
      ? uri.replace("netc-library:/", "library:")
      : relative(".", fileURLToPath(uri)),
    line: start.line + 1,
    column: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  });
  const related = (relatedInformation ?? []).map((one) => ({
    message: one.message,
    ...at(one.location.uri, one.location.range),
  }));
  const help = part("help");
  const signature = part("signature");
  const { fix } = data as DiagnosticData;
  return {
    code,
    severity: severity === DiagnosticSeverity.Error ? "error" : "warning",
    message: first,
    ...at(document, range),
    ...(help === undefined ? {} : { help }),
    ...(signature === undefined ? {} : { signature }),
    ...(related.length > 0 ? { related } : {}),
    ...(fix ? { fix } : {}),
  };
}

let server: ServerProcess;
beforeAll(async () => (server = await ServerProcess.start()));
afterAll(() => server.stop());

it.each(names)("%s", async (name) => {
  const path = `${folder}/${name}`;
  const { out } = await netc(".", "check", "--json", path);
  const printed = JSON.parse(out) as unknown[];
  expect(printed.length).toBeGreaterThan(0);
  const uri = await server.open(path);
  const found = await server.published(uri);
  expect(found.map((one) => asJson(uri, one))).toEqual(printed);
});

it("has fixes that mend what they are for", () => {
  let count = 0;
  for (const name of names) {
    const project = createProject(nodeHost);
    const path = `${folder}/${name}`;
    const before = project.check(path)!.diagnostics;
    for (const { code, location, fix } of before.filter((one) => one.fix)) {
      const text = fix!.edits
        .toSorted((a, b) => b.span.start - a.span.start)
        .reduce((so, { span, text }) => so.slice(0, span.start) + text + so.slice(span.end), texts[name]!);
      project.setText(path, text);
      const line = location.file.positionAt(location.span.start).line;
      const still = project
        .check(path)!
        .diagnostics.filter(
          (one) => one.code === code && new SourceFile(path, text).positionAt(one.location.span.start).line === line,
        );
      expect(still.length, `${name}: ${fix!.title}`).toBeLessThan(
        before.filter((one) => one.code === code && one.location.file.positionAt(one.location.span.start).line === line)
          .length,
      );
      count += 1;
    }
  }
  expect(count).toBeGreaterThanOrEqual(5);
});
