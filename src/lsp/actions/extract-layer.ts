/** @file Extracts selected steps of a pipe as a layer of their own, whose settings are the constants that they use. */
import { CodeActionKind } from "../protocol.js";
import type { Span } from "../../base/source.js";
import { builtins } from "../../check/builtins/index.js";
import { statementSpan } from "../../check/edits.js";
import type { Parameter } from "../../syntax/ast.js";
import { type Entity, isSame } from "../symbols/entity.js";
import type { FileIndex } from "../symbols/index.js";
import { containerAt } from "../symbols/query.js";
import { type ActionRequest, type Actions, freeName, isInside, touches } from "./action.js";

const kind = CodeActionKind.RefactorExtract;

/** From the first to the last of the steps that a selection touches; undefined where it holds anything else. */
function selectedSteps({ index, span }: ActionRequest): Span | undefined {
  if (span.end === span.start) return undefined;
  const pipe = index.pipes
    .filter((candidate) => isInside(span, candidate.span) && span.start >= candidate.value.span.end)
    .sort((a, b) => b.span.start - a.span.start)[0];
  const steps = pipe?.stages.filter((stage) => touches(stage.span, span)) ?? [];
  return steps.length > 0 ? { start: steps[0]!.span.start, end: steps.at(-1)!.span.end } : undefined;
}

/** The settings and sizes that a part of a word uses; undefined if it uses what cannot be handed on as a setting. */
function constantsUsed({ occurrences }: FileIndex, part: Span, container: Entity): readonly Entity[] | undefined {
  const used: Entity[] = [];
  for (const { entity, span } of occurrences) {
    const isHere = isInside(span, part);
    const isDeclaredHere = entity.source === container.source && isInside(entity.span, part);
    // A step named here, and its weights read elsewhere.
    if (isDeclaredHere && !isHere) return undefined;
    if (!isHere || isDeclaredHere || !entity.container || !isSame(entity.container, container)) continue;
    if (entity.kind !== "setting" && entity.kind !== "size") return undefined;
    if (!used.some((other) => isSame(other, entity))) used.push(entity);
  }
  return used;
}

export const extractLayer: Actions = {
  kind,
  offer: (request) => {
    const { document, index } = request;
    const part = selectedSteps(request);
    const container = part && containerAt(index, part);
    const settings = container && constantsUsed(index, part, container);
    if (!part || !container?.node || !settings) return [];
    const { text } = document;
    const name = freeName(
      "block",
      (word) =>
        index.entities.some((entity) => entity.name === word) ||
        index.names.word("word", word) !== undefined ||
        builtins.has(word),
    );
    const x = freeName("x", (value) => settings.some((setting) => setting.name === value));
    const typed = settings.map((setting) => {
      const type = setting.kind === "setting" ? (setting.node as Parameter).type : undefined;
      return type ? `${setting.name}: ${text.slice(type.span.start, type.span.end)}` : setting.name;
    });
    const group = settings.length > 0 ? `(${typed.join(", ")})` : "";
    const given = settings.length > 0 ? `(${settings.map((setting) => setting.name).join(", ")})` : "";
    const body = `${x} -> ${text.slice(part.start, part.end)}`;
    const at = statementSpan(container.node, document.source).start;
    const layer = `layer ${name}${group}(${x}) = ${body}\n\n`;
    const edits = [
      { span: { start: at, end: at }, text: layer },
      { span: part, text: `${name}${given}` },
    ];
    return [{ title: `extract the layer \`${name}\``, kind, edits: new Map([[document.path, edits]]) }];
  },
};
