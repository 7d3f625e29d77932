/** @file What `netc train` writes of each epoch: a table (`--csv`) and curves (`--plot`), whole after each writing. */
import { curvesSvg } from "../plot/curves.js";
import { writeAtomic } from "../host/files.js";
import type { EpochReport, Metrics } from "./module.js";

export interface LogFiles {
  readonly csv?: string;
  readonly plot?: string;
}

/** Between writings while training goes on: epochs may be shorter than it takes to write. */
const pauseMs = 1000;

export class TrainingLog {
  readonly #reports: EpochReport[] = [];
  #written = -Infinity;
  constructor(
    readonly title: string,
    readonly files: LogFiles,
  ) {}

  add(report: EpochReport): void {
    this.#reports.push(report);
    if (performance.now() - this.#written >= pauseMs) this.write();
  }
  write(): void {
    this.#written = performance.now();
    const { csv, plot } = this.files;
    if (csv !== undefined) writeAtomic(csv, this.table());
    if (plot !== undefined) writeAtomic(plot, `${this.picture()}\n`);
  }

  /** One line per epoch; metrics of the validation data are called `val_..`. */
  table(): string {
    const names = this.#names();
    const hasPhases = this.#reports.some(({ phase }) => phase !== undefined);
    const hasValidation = this.#reports.some(({ validation }) => validation);
    const header = [
      ...(hasPhases ? ["phase"] : []),
      "epoch",
      "seconds",
      ...names,
      ...(hasValidation ? names.map((name) => `val_${name}`) : []),
    ];
    const lines = this.#reports.map(({ phase, epoch, seconds, metrics, validation }) => [
      ...(hasPhases ? [phase ?? ""] : []),
      String(epoch),
      String(Math.round(seconds * 1e3) / 1e3),
      ...names.map((name) => String(metrics[name])),
      ...(hasValidation ? names.map((name) => (validation ? String(validation[name]) : "")) : []),
    ]);
    return [header, ...lines].map((cells) => `${cells.join(",")}\n`).join("");
  }

  picture(): string {
    const reports = this.#reports;
    const values = (of: (report: EpochReport) => Metrics | undefined, name: string) =>
      reports.map((report) => of(report)?.[name] as number | undefined);
    const hasValidation = reports.some(({ validation }) => validation);
    const changes = reports.filter(({ phase }, k) => phase !== undefined && phase !== reports[k - 1]?.phase);
    return curvesSvg({
      title: this.title,
      epochs: reports.map(({ epoch }) => epoch),
      parts: changes.map(({ phase = "", epoch }) => ({ name: phase, from: epoch })),
      panels: this.#names().map((name) => ({
        title: name,
        curves: [
          { name: "training", values: values(({ metrics }) => metrics, name) },
          ...(hasValidation ? [{ name: "validation", values: values(({ validation }) => validation, name) }] : []),
        ],
      })),
    });
  }

  /** Metrics that are numbers. */
  #names(): readonly string[] {
    const metrics = this.#reports[0]?.metrics ?? {};
    return Object.keys(metrics).filter((name) => typeof metrics[name] === "number");
  }
}
