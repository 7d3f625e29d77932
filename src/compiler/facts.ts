/** @file What editors show of a checked model: shapes, parameters and operations by place, without the tensor graph. */
import type { Location } from "../base/source.js";
import type { CheckedModel, Port } from "../check/model.js";
import type { Applied, Bound, Trace } from "../check/trace.js";
import { shapeText } from "../check/values.js";
import { sizeOf } from "../ir/graph.js";
import { forwardFlops } from "./cost.js";

/** A word applied to values, at the level of the model or inside a word that the user wrote. */
export interface Application extends Applied {
  /** As `netc summary` calls the step; undefined inside words. */
  readonly step: string | undefined;
  /** Elements of the parameters that it owns; 0 inside words. */
  readonly parameters: number;
  /** Operations of its sums of products, for one example; 0 inside words. */
  readonly flops: number;
}
export interface ParameterFacts {
  /** Such as `head.kernel`. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly location: Location;
}
/** Facts about places. */
export interface PlaceFacts {
  readonly applications: readonly Application[];
  /** Names with what they hold: ports, lets, parameters, settings and values of the user's words. */
  readonly names: readonly Bound[];
}
export interface ModelFacts extends PlaceFacts {
  readonly name: string;
  /** The same object as long as nothing that the model depends on changes. */
  readonly revision: object;
  /** Of the name. */
  readonly location: Location;
  /** The largest number of examples in one call; 0 for `batch: all`. */
  readonly batch: number;
  readonly parameters: readonly ParameterFacts[];
  /** Elements of all parameters. */
  readonly size: number;
  /** Operations of one example's prediction. */
  readonly flops: number;
}

/** An application inside a word. */
export const inWord = (applied: Applied): Application => ({ ...applied, step: undefined, parameters: 0, flops: 0 });

function portText({ element, shape }: Port): string {
  const kind = element.kind === "class" ? `class[${element.size}]` : element.kind;
  return shape.length > 0 ? kind + shapeText(shape) : kind;
}

export function modelFacts(model: CheckedModel, trace: Trace): ModelFacts {
  const sizes = new Map(model.parameters.map(({ path, shape }) => [path, sizeOf(shape, 1)]));
  const flops = forwardFlops(model);
  const steps = new Map<string, { name: string; parameters: number; flops: number }>();
  const placeOf = ({ file, span }: Location) => `${file.name}:${span.start}:${span.end}`;
  for (const { name, location, parameters } of model.steps) {
    const known = steps.get(placeOf(location));
    steps.set(placeOf(location), {
      name: known?.name ?? name,
      parameters: parameters.reduce((sum, path) => sum + (sizes.get(path) ?? 0), known?.parameters ?? 0),
      flops: (known?.flops ?? 0) + (flops.get(name) ?? 0),
    });
  }
  return {
    name: model.name,
    revision: {},
    location: model.location,
    batch: model.batch,
    applications: trace.applied.map((applied) => {
      const step = steps.get(placeOf(applied.location));
      if (!step) return inWord(applied);
      return { ...applied, step: step.name, parameters: step.parameters, flops: step.flops };
    }),
    names: [
      ...[...model.inputs, ...model.targets, ...model.outputs].map((port) => ({
        location: port.location,
        text: portText(port),
      })),
      ...trace.bound,
    ],
    parameters: model.parameters.map(({ path, shape, location }) => ({ path, shape, location })),
    size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    flops: [...flops.values()].reduce((sum, count) => sum + count, 0),
  };
}
