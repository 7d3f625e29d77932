/** @file Hover: what a name is, its signature with defaults, its documentation, and what it is here: shapes, parameters, operations. */
import type { Hover } from "../protocol.js";
import { builtins } from "../../check/builtins/index.js";
import type { Paged } from "../../check/word-page.js";
import type { Application } from "../../compiler/facts.js";
import type { WordDeclaration } from "../../syntax/ast.js";
import { grouped, placeFacts, type PlaceFacts } from "../facts.js";
import { type Feature, onRequest } from "../feature.js";
import { code, markdown, plainText, wordParts } from "../markdown.js";
import { type Entity, isInLibrary, meant } from "../symbols/entity.js";
import { symbolsAt } from "../symbols-at.js";

const noFacts: PlaceFacts = { applications: [], names: new Map() };

/** `[784] -> [128]`, 100,480 parameters, 200,704 FLOPs. */
export function stepText({ before, after, parameters, flops, step, word }: Application): string {
  const costs = [
    ...(parameters > 0 ? [`${grouped(parameters)} parameters`] : []),
    ...(flops > 0 ? [`${grouped(flops)} FLOPs`] : []),
  ];
  const name = step !== undefined && step !== word ? `step \`${step}\`: ` : "";
  return `${name}\`${before.join(", ")} -> ${after}\`${costs.length > 0 ? `, ${costs.join(", ")}` : ""}`;
}

/** What an entity is wherever its name stands. */
function described(entity: Entity, { names }: PlaceFacts): readonly (string | undefined)[] {
  const { kind, name, node, container, source, span } = entity;
  if (kind === "builtin") return wordParts(builtins.get(name)!);
  if (!node) return [];
  if (kind === "word") return wordParts(wordOf(entity));
  const [firstLine = ""] = source.text
    .slice(node.span.start, node.span.end)
    .replace(/^(?:\/\/\/.*\s+)*/, "")
    .split(/[\r\n]/);
  const value = names.get(span.start);
  const { documentation } = node as { readonly documentation?: string };
  const word = (kind === "setting" || kind === "value") && container?.kind === "word" ? container : undefined;
  return [
    code(firstLine.trimEnd()),
    value && `\`${name}\` is \`${value}\``,
    documentation && plainText(documentation),
    ...(word ? [`a ${kind} of \`${word.name}\``, ...wordParts(wordOf(word)).slice(1)] : []),
  ];
}
const wordOf = (entity: Entity): Paged => ({
  kind: "word",
  name: entity.name,
  declaration: entity.node as WordDeclaration,
  file: { source: entity.source, inLibrary: isInLibrary(entity) },
});

export const hover: Feature = {
  name: "hover",
  capabilities: { hoverProvider: true },
  handlers: [
    onRequest("textDocument/hover", (context, params): Hover | null => {
      const at = symbolsAt(context, params);
      const occurrence = at?.occurrences[0];
      const entity = occurrence && meant(occurrence.entity)[0];
      if (!at || !entity) return null;
      const { span } = occurrence;
      const analysis = context.project.analyse(at.document.path);
      const facts = analysis ? placeFacts(at.document, analysis) : noFacts;
      const applied = facts.applications.find(({ location }) => location.span.start === span.start);
      const [first, ...rest] = described(entity, entity.source.name === at.document.path ? facts : noFacts);
      if (first === undefined) return null;
      return { contents: markdown(first, applied && stepText(applied), ...rest), range: at.document.range(span) };
    }),
  ],
};
