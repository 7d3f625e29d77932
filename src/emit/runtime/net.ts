/** @file A net that trains. */
import type { CreateOptions, TrainingNet } from "./api.js";
import { fitNet } from "./fit.js";
import { migrateNet } from "./migrate.js";
import {
  copyWeights,
  disposeCore,
  hide,
  type ModelSpec,
  parametersOf,
  predictRows,
  resetMemories,
  targetOf,
} from "./predictor.js";
import {
  beginAverages,
  checkIdle,
  createTrainer,
  evaluateAll,
  initializeNet,
  loadNet,
  saveNet,
  type TrainingSpec,
  trainStep,
} from "./trainer.js";

export function createNet<Inputs extends object, Data extends object, Outputs, Metrics extends object, Parameters>(
  model: ModelSpec,
  training: TrainingSpec<Metrics>,
  options: CreateOptions,
): TrainingNet<Inputs, Data, Outputs, Metrics, Parameters> {
  const trainer = createTrainer(model, training, options);
  try {
    if (options.weights) loadNet(trainer, options.weights);
  } catch (error) {
    // Its threads have been started.
    disposeCore(trainer);
    throw error;
  }
  const parameters = parametersOf(trainer) as Parameters;
  const net: TrainingNet<Inputs, Data, Outputs, Metrics, Parameters> = {
    get parameters() {
      trainer.serve?.();
      return parameters;
    },
    target: targetOf(trainer),
    get threads() {
      return trainer.memory?.wasm?.threads ?? 1;
    },
    get seed() {
      return trainer.seed;
    },
    get step() {
      return trainer.step;
    },
    get epoch() {
      return trainer.epoch;
    },
    trainStep: (data) => trainStep(trainer, data),
    fit: (data, fitOptions = {}) => fitNet(trainer, data, fitOptions),
    evaluate: (data) => evaluateAll(trainer, data),
    predict: (inputs) => predictRows(trainer, inputs) as Outputs,
    reset: () => resetMemories(trainer),
    save: () => saveNet(trainer),
    load: (weights) => {
      checkIdle(trainer);
      loadNet(trainer, weights);
    },
    migrate: (weights) => {
      checkIdle(trainer);
      return migrateNet(trainer, weights);
    },
    copyFrom: (other) => {
      checkIdle(trainer);
      copyWeights(trainer, other);
      beginAverages(trainer);
      trainer.surveyed = true;
    },
    initialize: (seed = trainer.seed) => {
      checkIdle(trainer);
      initializeNet(trainer, seed);
    },
    dispose: () => disposeCore(trainer),
  };
  return hide(net, trainer);
}
