/** @file Gives every comment to a node that prints it: before it, after it on its line, or at the end of a block or bracket. */
import type { Comment, File } from "../syntax/ast.js";
import type { SyntaxNode } from "../syntax/walk.js";
import { containersOf, outerSpan, type Container } from "./containers.js";

/** A comment with the node that comes after it. */
interface Leading {
  readonly comment: Comment;
  /** It stood inside the node, where no line of its own can be: it moves before it. */
  readonly moved: boolean;
}

export interface Comments {
  /** On lines of their own before a node, those that were moved there first, so that documentation stays next to its node. */
  leading(node: SyntaxNode): readonly Leading[];
  /** On the line where a node ends. */
  trailing(node: SyntaxNode): Comment | undefined;
  /** On lines of their own before the closing bracket of a container. */
  atEnd(node: SyntaxNode): readonly Comment[];
}

export function attachComments(file: File): Comments {
  const leading = new Map<SyntaxNode, Leading[]>();
  const trailing = new Map<SyntaxNode, Comment>();
  const atEnd = new Map<SyntaxNode, Comment[]>();
  const containers = containersOf(file);
  const around: Container[] = [];
  let next = 0;
  for (const comment of file.comments) {
    const { start } = comment.span;
    while (containers[next] && containers[next]!.region.start <= start) {
      const container = containers[next++]!;
      while (around.length > 0 && around.at(-1)!.region.end <= container.region.start) around.pop();
      around.push(container);
    }
    while (around.length > 1 && around.at(-1)!.region.end <= start) around.pop();
    place(comment);
  }

  function place(comment: Comment): void {
    const { text } = file.source;
    for (const { node, items, chain } of around.toReversed()) {
      const index = countUntil(items, (item) => outerSpan(item).start < comment.span.start);
      const before = items[index - 1];
      const after = items[index];
      const inside = before !== undefined && comment.span.start < outerSpan(before).end;
      const target = inside ? before : after;
      const onItsLine = before && !inside && !text.slice(outerSpan(before).end, comment.span.start).includes("\n");
      if (onItsLine) trailing.set(before, comment);
      else if (chain && target === items[0]) continue;
      else if (target) push(leading, target, { comment, moved: inside });
      else push(atEnd, node, comment);
      return;
    }
  }
  const sorted = new Map(
    [...leading].map(([node, list]) => [
      node,
      [...list.filter(({ moved }) => moved), ...list.filter(({ moved }) => !moved)],
    ]),
  );
  return {
    leading: (node) => sorted.get(node) ?? [],
    trailing: (node) => trailing.get(node),
    atEnd: (node) => atEnd.get(node) ?? [],
  };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** How many items at the beginning of a list satisfy a condition that none satisfies after the first that does not. */
function countUntil<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
