/** @file The part of a generated module that the command line uses. */
import type { Values } from "./dataset.js";

export type Data = Readonly<Record<string, Values>>;
export type Metrics = Readonly<Record<string, number>>;

export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  readonly training: Metrics;
  readonly validation: Metrics | undefined;
}
export interface BatchReport {
  readonly epoch: number;
  readonly batch: number;
  readonly batches: number;
  readonly metrics: Metrics;
}
export interface FitOptions {
  readonly epochs?: number;
  readonly batch?: number;
  readonly validation?: number | Data;
  readonly shuffle?: boolean;
  readonly signal?: AbortSignal;
  readonly onEpoch?: (report: EpochReport) => void;
  readonly onBatch?: (report: BatchReport) => void;
}
export interface Net {
  readonly step: number;
  trainStep(batch: Data): Metrics;
  fit(data: Data, options?: FitOptions): Promise<readonly EpochReport[]>;
  evaluate(data: Data): Metrics;
  predict(inputs: Data): Readonly<Record<string, ArrayLike<number> | readonly string[]>>;
  save(): Uint8Array;
  load(bytes: Uint8Array): void;
}
export interface ModelModule {
  create(options?: { readonly seed?: number }): Net;
}
