/**
 * @file A value that is computed element by element from one that nothing reads afterwards takes its place: less memory, and the
 * elements written are in the cache already, of the thread that writes them.
 */
import { movesOf } from "./access.js";
import type { Moves } from "./access.js";
import { buffersOf, readsOf } from "./nest.js";
import type { Buffer, Nest, Step, View } from "./nest.js";

export function inPlace(steps: readonly Step[], batch: number): readonly Step[] {
  const first = new Map<Buffer, Step>();
  const last = new Map<Buffer, Step>();
  for (const step of steps)
    for (const buffer of buffersOf(step)) {
      if (!first.has(buffer)) first.set(buffer, step);
      last.set(buffer, step);
    }
  const places = new Map<Buffer, Buffer>();
  for (const step of steps) {
    if (step.kind === "loop" || step.lists || step.parts) continue;
    const dying = new Set(buffersOf(step).filter((buffer) => buffer.fixed === undefined && last.get(buffer) === step));
    for (const { view, at, accumulate } of step.outputs) {
      const { buffer } = view;
      if (accumulate || buffer.fixed !== undefined || first.get(buffer) !== step) continue;
      const own = movesOf(at, view.shape, batch);
      if (!step.axes.every((axis) => axis.extent === 1 || own.of.has(axis))) continue;
      const replaced = [...dying].find((other) => other !== buffer && takes(step, buffer, own, other, batch));
      if (!replaced) continue;
      dying.delete(replaced);
      places.set(buffer, places.get(replaced) ?? replaced);
    }
  }
  if (places.size === 0) return steps;
  // A nest tells its views apart by identity.
  const views = new Map<View, View>();
  const viewOf = (view: View): View => {
    const buffer = places.get(view.buffer);
    if (!buffer) return view;
    const known = views.get(view) ?? { ...view, buffer };
    views.set(view, known);
    return known;
  };
  return steps.map((step) => moved(step, viewOf));
}

const isSame = (a: Moves, b: Moves): boolean =>
  a.computed.length + b.computed.length === 0 &&
  a.constant === b.constant &&
  a.of.size === b.of.size &&
  [...a.of].every(([axis, factor]) => b.of.get(axis) === factor);

/** Whether the nest reads of the other value only the element that it is about to write. */
function takes(nest: Nest, buffer: Buffer, own: Moves, other: Buffer, batch: number): boolean {
  if (other.array !== buffer.array || other.length !== buffer.length) return false;
  // Written once, and nothing of it is cleared before.
  const written = [...nest.outputs.map(({ view }) => view), ...nest.fills].map((view) => view.buffer);
  if (written.includes(other) || written.filter((one) => one === buffer).length > 1) return false;
  return readsOf(nest).every(({ tensor, at }) => {
    const view = nest.views.get(tensor);
    return view?.buffer !== other || isSame(movesOf(at, view.shape, batch), own);
  });
}

function moved(step: Step, views: (view: View) => View): Step {
  if (step.kind === "loop") {
    const { cut, body } = step;
    const own = cut && { ...cut, count: views(cut.count) };
    return { ...step, cut: own, body: body.map((part) => moved(part, views)) };
  }
  return {
    ...step,
    outputs: step.outputs.map((output) => ({ ...output, view: views(output.view) })),
    fills: step.fills.map(views),
    views: new Map([...step.views].map(([tensor, view]) => [tensor, views(view)])),
  };
}
