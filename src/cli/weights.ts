/** @file Files of weights into nets: the net's own errors become faults that name the file. */
import type { Migration } from "../emit/runtime/api.js";
import { InputFault, isNetError } from "./fault.js";
import { readBytes } from "../host/files.js";
import type { Net } from "./module.js";
import { table, type Terminal } from "./terminal.js";

function take<Result>(path: string, into: (bytes: Uint8Array) => Result): Result {
  const bytes = readBytes(path, "the weights");
  try {
    return into(bytes);
  } catch (error) {
    throw isNetError(error) ? new InputFault(`${path}: ${error.message}`) : error;
  }
}

export const load = (net: Net, path: string): void => take(path, (bytes) => net.load(bytes));
/** Takes what still fits of an edited model's weights. */
export const migrate = (net: Net, path: string): Migration => take(path, (bytes) => net.migrate(bytes));

/** Says what became of each tensor; nothing where the file fits wholly. */
export function reportMigration(migration: Migration, { json }: { readonly json?: true }, terminal: Terminal): void {
  if (migration.resumes) return;
  if (json) {
    terminal.out(JSON.stringify({ migration }));
    return;
  }
  const { tensors, unused } = migration;
  const rows = tensors.map(({ name, shape, fate, from }) => [
    name,
    `[${shape.join(", ")}]`,
    fate === "renamed" ? `renamed from ${from}` : fate,
  ]);
  terminal.err(table([["weights", "shape", "fate"], ...rows], terminal.paint));
  if (unused.length > 0) terminal.err(`not used: ${unused.join(", ")}`);
  terminal.err("the file is of another version of the model: training starts anew with these weights");
}
