/** @file The inside of a net, for gradient checks and profiles. */
import { NetInputError } from "./errors.js";
import type { Memory } from "./memory.js";
import { loadRows, type PortSpec, readColumns } from "./ports.js";
import { type Core, coreOf, memoryOf } from "./predictor.js";

export interface OpenNet {
  readonly memory: Memory;
  readonly step: number;
  readonly seed: number;
  /** Copies at most one batch of inputs and targets into memory; gives the number of examples. */
  readonly load: (data: object) => number;
}

export function openNet(net: object): OpenNet {
  const core: (Core & { readonly training?: { readonly ports: readonly PortSpec[] } }) | undefined = coreOf(net);
  if (!core) throw new NetInputError("net", "a net of this module", "another object");
  const memory = memoryOf(core);
  return {
    memory,
    step: core.step,
    seed: core.seed,
    load: (data) => {
      const ports = core.training?.ports ?? core.model.inputs;
      const columns: ArrayLike<number>[] = [];
      const n = readColumns(ports, data, columns, core.model.batch);
      loadRows(ports, columns, memory, undefined, 0, n);
      return n;
    },
  };
}
