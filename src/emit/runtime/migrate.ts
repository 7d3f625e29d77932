/** @file Weights of an edited model: what still fits is taken, by name or by place and shape. */
import type { Migration, TensorFate } from "./api.js";
import { NetWeightsError } from "./errors.js";
import { floatType } from "./floats.js";
import { memoryOf, resetMemories } from "./predictor.js";
import { bytesOf, type FileTensor, readSafetensors } from "./safetensors.js";
import { beginAverages, fileFormat, initializeNet, loadNet, type Trainer } from "./trainer.js";
import { runPrefix, statePrefix, viewOf } from "./weights.js";

interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}
/** The tensors of one step of the model. */
interface Group<Tensor> {
  readonly tensors: Tensor[];
  /** Names within the group, and shapes: groups that can stand for each other have the same. */
  kind: string;
}

function groupsOf<Tensor extends Named>(tensors: readonly Tensor[]): Map<string, Group<Tensor>> {
  const groups = new Map<string, Group<Tensor>>();
  for (const tensor of tensors) {
    const point = tensor.name.lastIndexOf(".");
    const path = tensor.name.slice(0, point < 0 ? undefined : point);
    const group = groups.get(path) ?? { tensors: [], kind: "" };
    group.tensors.push(tensor);
    group.kind += `${tensor.name.slice(path.length)}[${tensor.shape.join()}]`;
    groups.set(path, group);
  }
  return groups;
}

/** What each tensor takes: from the same step if it fits wholly, then from others, then by name. */
export function sourcesOf<Tensor extends Named>(
  wanted: readonly Named[],
  given: readonly Tensor[],
): Map<Named, Tensor> {
  const sources = new Map<Named, Tensor>();
  const [to, from] = [groupsOf(wanted), groupsOf(given)];
  for (const isSame of [true, false]) {
    for (const [path, group] of to) {
      for (const other of isSame ? [path] : from.keys()) {
        const source = from.get(other);
        if (source?.kind !== group.kind) continue;
        group.tensors.forEach((tensor, k) => sources.set(tensor, source.tensors[k]!));
        to.delete(path);
        from.delete(other);
        break;
      }
    }
  }
  const left = new Map([...from.values()].flatMap(({ tensors }) => tensors.map((tensor) => [tensor.name, tensor])));
  for (const tensor of [...to.values()].flatMap(({ tensors }) => tensors)) {
    const same = left.get(tensor.name);
    if (same && String(same.shape) === String(tensor.shape)) sources.set(tensor, same);
  }
  return sources;
}

/** Takes what fits; if that is all, with the state of training. Throws NetWeightsError. */
export function migrateNet<Metrics>(trainer: Trainer<Metrics>, bytes: Uint8Array): Migration {
  const memory = memoryOf(trainer);
  const { weights } = trainer.model;
  const file = readSafetensors(bytes);
  const fitting: (Named & FileTensor)[] = [];
  const unused = new Set<string>();
  for (const [name, tensor] of file.tensors) {
    if (name.startsWith(statePrefix) || name.startsWith(runPrefix)) continue;
    unused.add(name);
    if (tensor.type === floatType) fitting.push({ name, ...tensor });
  }
  const sources = sourcesOf(weights, fitting);
  const tensors = weights.map((spec): TensorFate => {
    const { name, shape } = spec;
    const from = sources.get(spec)?.name;
    unused.delete(from ?? "");
    return { name, shape, fate: from === undefined ? "initialized" : from === name ? "kept" : "renamed", from };
  });
  const migration = { resumes: false, tensors, unused: [...unused] };
  try {
    loadNet(trainer, bytes);
    return { ...migration, resumes: file.metadata.get("format") === fileFormat };
  } catch (error) {
    if (!(error instanceof NetWeightsError)) throw error;
    if (sources.size === 0) throw new NetWeightsError("no tensor of the file fits the model");
  }
  initializeNet(trainer, trainer.seed);
  for (const spec of weights) {
    const source = sources.get(spec);
    if (source) bytesOf(viewOf(memory, spec)).set(source.bytes);
  }
  beginAverages(trainer);
  trainer.surveyed = weights.every((spec) => spec.arena !== "buffers" || sources.has(spec));
  resetMemories(trainer);
  return migration;
}
