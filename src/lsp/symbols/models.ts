/** @file What the names in a model stand for: ports, objectives, optimizers, and the blocks that name them. */
import type {
  ConfigurationEntry,
  ConfigurationItem,
  Expression,
  ModelDeclaration,
  ModelItem,
  Name,
} from "../../syntax/ast.js";
import type { Entity } from "./entity.js";
import { addPath, recipe, typed, value } from "./expressions.js";
import { asName, bind, declare, type NameLike, occur, type Place, Scope } from "./scope.js";
import { one, typeValues } from "./statements.js";

export function model(p: Place, entity: Entity, declaration: ModelDeclaration): void {
  const inner: Place = { ...p, scope: new Scope(), options: new Map(), set: "word", container: entity };
  /** Sees constants only. */
  const bare: Place = { ...inner, scope: new Scope() };
  const ports = new Map<string, Entity>();
  const objectives = new Map<string, Entity>();
  const late: (() => void)[] = [];
  for (const item of declaration.items) {
    switch (item.kind) {
      case "input":
      case "target": {
        typeValues(bare, item.type);
        const port = declare(inner, item.kind, item.name, item);
        bind(inner, port);
        if (port && !ports.has(port.name)) ports.set(port.name, port);
        break;
      }
      case "output":
        value(inner, item.value);
        bind(inner, declare(inner, "output", item.name, item));
        break;
      case "loss":
      case "metric": {
        value(inner, item.value);
        const objective = item.name && declare(inner, "objective", item.name, item);
        if (objective && !objectives.has(objective.name)) objectives.set(objective.name, objective);
        break;
      }
      case "optimizer":
        // Optimizers and phases see the model as it is in the end.
        late.push(() => {
          recipe({ ...inner, set: "optimizer" }, item.value, "optimizer");
          for (const path of item.paths) instancePath(inner, entity, path);
        });
        break;
      case "data":
        late.push(() => data(bare, item, ports));
        break;
      case "train":
        late.push(() => item.entries.forEach((entry) => training(bare, entry, objectives, declaration)));
        break;
      case "phase":
        if (item.name) declare(inner, "phase", item.name, item);
        late.push(() => item.entries.forEach((entry) => phase(inner, bare, entry, objectives, entity)));
        break;
      default:
        one(inner, item);
    }
  }
  for (const run of late) run();
}

/** `for head, trunk.kernel`: instances and parameters, or unnamed steps by their paths. */
function instancePath(p: Place, container: Entity, path: readonly NameLike[]): void {
  const [first, ...rest] = path;
  const known = first && p.scope.find(first.text);
  if (!known) return addPath(p, container, path);
  occur(p, known, first.span, "read");
  if (known.recipe) addPath(p, known.recipe, rest);
}
function pathOf(e: Expression): readonly Name[] {
  if (e.kind === "name") return [asName(e)];
  return e.kind === "member" ? [...pathOf(e.value), e.name] : [];
}
const itemsOf = (e: Expression): readonly Expression[] =>
  e.kind === "list" ? e.items.filter((item) => item.kind !== "ellipsis") : [e];

function phase(
  p: Place,
  bare: Place,
  { key, value: e }: ConfigurationEntry,
  objectives: ReadonlyMap<string, Entity>,
  container: Entity,
): void {
  const instances = (list: Expression) => {
    for (const item of itemsOf(list)) instancePath(p, container, pathOf(item));
  };
  if (key.text === "only") instances(e);
  else if (key.text === "prune" && e.kind === "call") {
    // `magnitude(sparsity: 90%, scope: global, only: [head])`
    for (const { name, value: given } of e.arguments) {
      if (name?.text === "only") instances(given);
      else if (name?.text !== "scope") value(bare, given);
    }
  } else if (key.text === "minimize")
    for (const item of itemsOf(e)) {
      const loss = item.kind === "name" ? objectives.get(item.name) : undefined;
      if (loss) occur(p, loss, item.span, "read");
    }
  else value(bare, e);
}

/** Words of these blocks, which are no words of the language. */
const choices = new Set(["all", "best", "epoch"]);

function training(
  p: Place,
  { value: e }: ConfigurationEntry,
  objectives: ReadonlyMap<string, Entity>,
  declaration: ModelDeclaration,
): void {
  // `early_stop(monitor: accuracy)`, `reduce_on_plateau(..)`
  if (e.kind === "call") {
    for (const { name, value: given } of e.arguments) {
      if (name?.text === "monitor" && given.kind === "name") monitored(p, asName(given), objectives, declaration);
      else if (name?.text !== "direction") value(p, given);
    }
  } else if (!(e.kind === "name" && choices.has(e.name))) value(p, e);
}
/** A loss or metric by its name; one without a name is called by its word, counted: `accuracy_2`. */
function monitored(
  p: Place,
  name: NameLike,
  objectives: ReadonlyMap<string, Entity>,
  declaration: ModelDeclaration,
): void {
  const known = objectives.get(name.text);
  if (known) return occur(p, known, name.span, "read");
  const base = metricWords(declaration.items).find((text) => isCounted(name.text, text));
  const word = base === undefined ? undefined : (p.file.word("word", base) ?? p.file.words.builtin(base));
  if (base !== undefined && word)
    occur(p, word, { start: name.span.start, end: name.span.start + base.length }, "read");
}
/** Whether a name is another, with or without a number behind: `dense_2`. */
export const isCounted = (name: string, base: string): boolean =>
  name === base || (name.startsWith(`${base}_`) && /^\d+$/.test(name.slice(base.length + 1)));

function metricWords(items: readonly ModelItem[]): readonly string[] {
  const wordOf = (e: Expression | undefined): string | undefined =>
    e?.kind === "call"
      ? wordOf(e.callee)
      : e?.kind === "pipe"
        ? wordOf(e.stages.at(-1)?.word)
        : e?.kind === "name"
          ? e.name
          : undefined;
  return items.flatMap((item) => (item.kind === "metric" && !item.name ? (wordOf(item.value) ?? []) : []));
}

/** `image: idx(..)`, `test image: ..`, `augment image: recipe`: readers are no words. */
function data(p: Place, item: ConfigurationItem, ports: ReadonlyMap<string, Entity>): void {
  for (const { key, name, value: e } of item.entries) {
    const of = name ?? key;
    const port = ports.get(of.text);
    if (port) occur(p, port, of.span, "read");
    if (name && key.text === "augment") {
      const word = p.file.word("word", key.text);
      if (word) occur(p, word, key.span, "read");
      typed(p, e, word && p.file.words.parts(word)?.settings[0]);
    } else if (e.kind === "call") for (const argument of e.arguments) value(p, argument.value);
    else value(p, e);
  }
}
