/**
 * @file What models of a file tell about its places: of a word that several models apply, what all of them have in common; of one that none
 * applies, what holds for all sizes.
 */
import type { Location } from "../base/source.js";
import type { Analysis } from "../compiler/analysis.js";
import type { Application, PlaceFacts as Facts } from "../compiler/facts.js";
import type { Document } from "./documents.js";

export interface PlaceFacts {
  readonly applications: readonly Application[];
  /** What names hold, by the offset where they are declared. */
  readonly names: ReadonlyMap<number, string>;
}

/** Facts about places in a document itself. */
export function placeFacts(document: Document, { models, samples }: Analysis): PlaceFacts {
  const here = ({ location }: { readonly location: Location }) => location.file.name === document.path;
  const known = commonFacts(models, here);
  const isNew = ({ location }: { readonly location: Location }) =>
    location.file.name === document.path &&
    !known.applications.has(keyOf(location)) &&
    !known.names.has(location.span.start);
  const sampled = commonFacts(samples, isNew);
  const byPlace = (a: Application, b: Application) => a.location.span.start - b.location.span.start;
  return {
    applications: [...known.applications.values(), ...sampled.applications.values()].sort(byPlace),
    names: new Map([...known.names, ...sampled.names]),
  };
}
const keyOf = ({ span }: Location): string => `${span.start}:${span.end}`;

/** Of the places chosen, what all facts have in common. */
function commonFacts(all: readonly Facts[], isChosen: (entry: { readonly location: Location }) => boolean) {
  const applications = new Map<string, Application>();
  const names = new Map<number, string>();
  for (const facts of all) {
    for (const one of facts.applications.filter(isChosen)) {
      const known = applications.get(keyOf(one.location));
      const before = one.before.map((text, k) => inCommon(known?.before[k], text));
      applications.set(keyOf(one.location), { ...one, before, after: inCommon(known?.after, one.after) });
    }
    for (const { location, text } of facts.names.filter(isChosen))
      names.set(location.span.start, inCommon(names.get(location.span.start), text));
  }
  return { applications, names };
}

/** Axes in which two shapes differ become `?`. */
function inCommon(one: string | undefined, other: string): string {
  if (one === undefined || one === other) return other;
  const [first, second] = [one, other].map((text) => /^(.*)\[([^[\]]*)\]$/.exec(text));
  const [axes, others] = [first, second].map((match) => match?.[2]!.split(", "));
  if (!axes || axes.length !== others?.length || first![1] !== second![1]) return "?";
  return `${first![1]}[${axes.map((axis, k) => (axis === others[k] ? axis : "?")).join(", ")}]`;
}

export const grouped = (value: number): string => value.toLocaleString("en");
/** `1.2 M`, `34 k`: three digits are enough to compare. */
export function short(value: number): string {
  const [unit, by] = value >= 1e9 ? ["G", 1e9] : value >= 1e6 ? ["M", 1e6] : value >= 1e4 ? ["k", 1e3] : ["", 1];
  return unit ? `${Number((value / by).toPrecision(3))} ${unit}` : grouped(value);
}
