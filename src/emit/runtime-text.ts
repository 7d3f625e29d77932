/** @file Takes from the runtime's source text the declarations that a module uses. */
import { runtimeText } from "./runtime.generated.js";

export type RuntimeForm = "ts" | "js" | "types";

interface Declaration {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

const start =
  /^(?:export )?(?:declare )?(?:abstract )?(?:async )?(?:const|let|function|class|interface|type) ([A-Za-z_$][\w$]*)/;

/** Words that can refer to a declaration: not in comments, texts, nor after a point. */
function wordsIn(code: string): Set<string> {
  const bare = code
    .replace(/\/\*[^]*?\*\/|(?<!:)\/\/.*$/gm, " ")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/(?<!\.\.)\.[A-Za-z_$][\w$]*/g, ".");
  return new Set(bare.match(/[A-Za-z_$][\w$]*/g));
}

/** The top-level declarations of a file, each with its comment. */
function declarationsOf(file: string, source: string): Declaration[] {
  const body = source
    .replace(/^\/\*\* @file[^]*?\*\/\n/, "")
    .replace(/^import [^]*?;\n/gm, "")
    .replace(/^export \{\};\n/gm, "");
  const chunks: { name: string | undefined; lines: string[] }[] = [];
  for (const line of body.split("\n")) {
    const name = start.exec(line)?.[1];
    const last = chunks[chunks.length - 1];
    if (line.startsWith("/*")) chunks.push({ name: undefined, lines: [line] });
    else if (name !== undefined && (!last || last.name !== undefined)) chunks.push({ name, lines: [line] });
    else if (last) {
      last.name ??= name;
      last.lines.push(line);
    }
  }
  return chunks.flatMap(({ name, lines }) => {
    return name === undefined ? [] : [{ name, file, text: lines.join("\n").trim() }];
  });
}

/** The files whose declarations users see; `floats64` replaces `floats`. */
const publicFiles = ["api", "errors"];

/** Names that a module must leave to the runtime. */
export function runtimeNames(): string[] {
  return Object.entries(runtimeText).flatMap(([file, forms]) => declarationsOf(file, forms.ts).map((d) => d.name));
}

/** What every module exports of the runtime, as values or as types: classes are both. */
export function publicNames(kind: "value" | "type"): ReadonlySet<string> {
  const declarations = publicFiles.flatMap((file) => declarationsOf(file, runtimeText[file]!.ts));
  const own = declarations.filter(({ text }) => kind === "type" || /^export class /m.test(text));
  return new Set(own.map(({ name }) => name));
}

export interface RuntimeSection {
  readonly file: string;
  readonly text: string;
}

/** The declarations that `code` needs, directly or through each other, by file. */
export function runtimeFor(code: string, form: RuntimeForm, precision: "f32" | "f64"): readonly RuntimeSection[] {
  const files = Object.keys(runtimeText).filter((file) => file !== (precision === "f64" ? "floats" : "floats64"));
  const all = files.flatMap((file) => declarationsOf(file, runtimeText[file]![form]));
  const byName = new Map<string, Declaration[]>();
  for (const declaration of all) byName.set(declaration.name, [...(byName.get(declaration.name) ?? []), declaration]);
  const used = new Set<Declaration>();
  const pending = [...wordsIn(code)];
  for (let word = pending.pop(); word !== undefined; word = pending.pop()) {
    for (const declaration of byName.get(word) ?? []) {
      // In declarations a name that is both type and value is a type.
      if (used.has(declaration) || (form === "types" && /^(?:export )?declare const/.test(declaration.text))) continue;
      used.add(declaration);
      pending.push(...wordsIn(declaration.text));
    }
  }
  return files.flatMap((file) => {
    const texts = all.filter((d) => d.file === file && used.has(d)).map((d) => d.text);
    if (texts.length === 0) return [];
    const text = texts.join("\n\n");
    return [{ file, text: publicFiles.includes(file) ? text : text.replace(/^export /gm, "") }];
  });
}
