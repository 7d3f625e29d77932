/**
 * @file Which byte pointers each loop keeps. An address is a constant plus a sum over loop variables; equal sums share one pointer,
 * whatever array they belong to, since the array's place is part of the instruction. A loop that a sum's variable belongs to
 * advances the pointer; the sum without that variable is wanted by the loop around it, and so on outwards.
 */
import type { ArrayName, KernelExpr, KernelStatement } from "../../ir/kernel.js";
import { elementType } from "../arrays.js";
import { partsOf } from "../../passes/tidy.js";
import { type Binder, type Binding, scaled, type Scope, sumOf, type Term } from "./bindings.js";

/** Pointers that one loop keeps; further addresses are computed where they are used. */
const mostPointers = 8;

/** A statement with what its names and addresses are. */
export interface Node {
  readonly statement: KernelStatement;
  /** What it defines. */
  readonly binding: Binding | undefined;
  readonly body: readonly Node[];
  /** Of a loop: sums in bytes, each containing its variable, most used first. */
  readonly pointers: readonly (readonly Term[])[];
}
interface Wish {
  readonly terms: readonly Term[];
  count: number;
}
type Wishes = Map<string, Wish>;

export const keyOf = (terms: readonly Term[]): string =>
  terms.map(({ binding, factor }) => `${binding.id}*${factor}`).join("+");
export const elementSize = (array: ArrayName): number => (elementType(array) === "f64" ? 8 : 4);

function wish(wishes: Wishes, terms: readonly Term[], count: number): void {
  if (terms.length === 0 || terms.some(({ binding }) => binding.isMutable)) return;
  const key = keyOf(terms);
  const known = wishes.get(key);
  if (known) known.count += count;
  else wishes.set(key, { terms, count });
}
function wishIndex(wishes: Wishes, array: ArrayName, index: KernelExpr, scope: Scope): void {
  const sum = sumOf(index, scope);
  if (sum) wish(wishes, scaled(sum.terms, elementSize(array)), 1);
}
function wishExpr(wishes: Wishes, expr: KernelExpr, scope: Scope): void {
  if (expr.kind === "load") wishIndex(wishes, expr.array, expr.index, scope);
  for (const part of partsOf(expr)) wishExpr(wishes, part, scope);
}

/** Binds all names of a kernel's body and plans its pointers. */
export function planNodes(binder: Binder, statements: readonly KernelStatement[], scope: Scope): readonly Node[] {
  return planBlock(binder, statements, scope, new Map());
}

/** Adds what the block wants from around it to `wishes`. */
function planBlock(
  binder: Binder,
  statements: readonly KernelStatement[],
  outer: Scope,
  wishes: Wishes,
): readonly Node[] {
  const scope = new Map(outer);
  const own = new Set<Binding>();
  const wanted: Wishes = new Map();
  const nodes = statements.map((statement): Node => {
    const node = { statement, binding: undefined, body: [], pointers: [] };
    switch (statement.kind) {
      case "let":
      case "var": {
        wishExpr(wanted, statement.value, scope);
        const binding =
          statement.kind === "let" ? binder.let(statement.value, scope) : binder.accumulator(statement.type);
        own.add(binding);
        scope.set(statement.name, binding);
        return { ...node, binding };
      }
      case "assign":
        wishExpr(wanted, statement.value, scope);
        return node;
      case "store":
        wishIndex(wanted, statement.array, statement.index, scope);
        wishExpr(wanted, statement.index, scope);
        wishExpr(wanted, statement.value, scope);
        return node;
      case "fill":
        return node;
      case "if":
        wishExpr(wanted, statement.condition, scope);
        return { ...node, body: planBlock(binder, statement.body, scope, wanted) };
      case "for": {
        wishExpr(wanted, statement.from, scope);
        const binding = binder.loop(statement, scope);
        const inner: Wishes = new Map();
        const body = planBlock(binder, statement.body, new Map(scope).set(statement.variable, binding), inner);
        const has = ({ terms }: Wish) => terms.some((term) => term.binding === binding);
        const pointers = [...inner.values()]
          .filter(has)
          .sort((a, b) => b.count - a.count)
          .slice(0, mostPointers)
          .map(({ terms }) => terms);
        for (const terms of pointers)
          wish(
            wanted,
            terms.filter((term) => term.binding !== binding),
            1,
          );
        for (const one of inner.values()) if (!has(one)) wish(wanted, one.terms, one.count);
        return { ...node, binding, body, pointers };
      }
    }
  });
  for (const { terms, count } of wanted.values())
    wish(
      wishes,
      terms.filter(({ binding }) => !own.has(binding)),
      count,
    );
  return nodes;
}
