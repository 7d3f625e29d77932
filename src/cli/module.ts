/** @file A generated module as the command line sees it: names and shapes are known at run time only. */
import type * as api from "../emit/runtime/api.js";
import type { OpenNet } from "../emit/runtime/internals.js";
import type { Memory } from "../emit/runtime/memory.js";
import type { Values } from "./dataset.js";

/** By port; sequences may be one array per example, too. */
export type Data = Readonly<Record<string, Values | readonly (readonly number[])[]>>;
/** Numbers; metrics of higher rank are arrays. */
export type Metrics = Readonly<Record<string, unknown>>;
/** JSON in which metrics of higher rank are lists. */
export const metricsJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (part instanceof Float64Array ? Array.from(part) : part));
export type EpochReport = api.EpochReport<Metrics>;
export type BatchReport = api.BatchReport<Metrics>;
export type Outputs = Readonly<
  Record<string, ArrayLike<number> | readonly string[] | readonly (ArrayLike<number> | readonly string[])[]>
>;
export type Net = api.TrainingNet<Data, Data, Outputs, Metrics, api.NetParameters>;

export interface ModelModule {
  create(options?: api.CreateOptions): Net;
}

/** One kernel of a program, as `<Model>Internals` lists it. */
export interface InternalKernel {
  readonly name: string;
  /** Operations per example, as scheduled. */
  readonly flops: number;
  readonly run: (memory: Memory, n: number, step: number, seed: number) => void;
}
/** The inside of a module's nets, for gradient checks and profiles. */
export interface Internals {
  open(net: Net): OpenNet;
  readonly train?: readonly InternalKernel[];
  readonly gradient?: readonly InternalKernel[];
  readonly evaluate?: readonly InternalKernel[];
  readonly predict?: readonly InternalKernel[];
  readonly finish?: readonly InternalKernel[];
  readonly reset?: readonly InternalKernel[];
  readonly survey?: readonly InternalKernel[];
  readonly settle?: readonly InternalKernel[];
}
