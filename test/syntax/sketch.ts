/** @file Short texts of syntax trees, for tests. */
import type { Expression, ShapeItem, SubscriptItem } from "../../src/syntax/ast.js";

type Part = Expression | ShapeItem | SubscriptItem;

/** An expression with a parenthesis around every operation. */
export function sketch(part: Part): string {
  switch (part.kind) {
    case "number":
      return `${part.value}`;
    case "string":
      return JSON.stringify(part.value);
    case "name":
      return part.name;
    case "list":
      return `[${part.items.map(sketch).join(", ")}]`;
    case "unary":
      return `(${part.operator} ${sketch(part.operand)})`;
    case "binary":
      return `(${sketch(part.left)} ${part.operator} ${sketch(part.right)})`;
    case "if":
      return `(if ${sketch(part.condition)} then ${sketch(part.then)} else ${sketch(part.otherwise)})`;
    case "call":
      return `${sketch(part.callee)}(${part.arguments.map(({ name, value }) => (name ? `${name.text}: ` : "") + sketch(value)).join(", ")})`;
    case "subscript":
      return `${sketch(part.value)}[${part.subscripts.map(sketch).join(", ")}]`;
    case "member":
      return `${sketch(part.value)}.${part.name.text}`;
    case "pipe": {
      const stages = part.stages.map(
        ({ word, repeat, as }) => sketch(word) + (repeat ? ` * ${sketch(repeat)}` : "") + (as ? ` as ${as.text}` : ""),
      );
      return `(${[sketch(part.value), ...stages].join(" -> ")})`;
    }
    case "missing":
      return "?";
    case "ellipsis":
      return "...";
    case "rest":
      return `...${part.name ? ` ${part.name.text}` : ""}`;
    case "from":
      return `from ${sketch(part.path)}`;
    case "index":
      return sketch(part.value) + (part.range ? ` in ${sketch(part.range)}` : "");
    case "slice":
      return `${part.from ? sketch(part.from) : ""}:${part.to ? sketch(part.to) : ""}`;
  }
}
