/** @file Names the step of a pipe: its weights then have a path that edits elsewhere do not change. */
import { CodeActionKind } from "../protocol.js";
import { meant } from "../symbols/entity.js";
import { type Actions, freeName, isInside } from "./action.js";

const kind = CodeActionKind.RefactorRewrite;

export const nameStep: Actions = {
  kind,
  offer: ({ document, index, span }) => {
    const stage = index.pipes
      .flatMap(({ stages }) => stages)
      .filter((candidate) => isInside(span, candidate.span))
      // The innermost, of two that touch the cursor the one that begins there.
      .sort((a, b) => b.span.start - a.span.start)[0];
    if (!stage || stage.as) return [];
    const word = index.occurrences.find((occurrence) => occurrence.span.start === stage.word.span.start)?.entity;
    if (!word || !meant(word).some((entity) => entity.word === "layer")) return [];
    const name = freeName(`${word.name}_step`, (text) => index.entities.some((entity) => entity.name === text));
    const at = stage.span.end;
    return [
      {
        title: `name this step \`${name}\``,
        kind,
        edits: new Map([[document.path, [{ span: { start: at, end: at }, text: ` as ${name}` }]]]),
      },
    ];
  },
};
