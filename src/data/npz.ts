/** @file NPZ files: zip archives of NPY files, as `numpy.savez` and `numpy.savez_compressed` write them. */
import { suggest } from "../base/suggest.js";
import type { DataArray } from "./array.js";
import { DataError, listNames, quote } from "./error.js";
import { readNpy } from "./npy.js";
import { readZipEntry, zipEntries } from "./zip.js";

/**
 * Reads one array of an archive by its name, as `numpy.load(file)[name]`.
 * @throws DataError naming the arrays there are if it is missing; for damaged archives and arrays as `readZipEntry` and `readNpy`.
 */
export async function readNpz(bytes: Uint8Array, name: string, file?: string): Promise<DataArray> {
  const entries = zipEntries(bytes, file);
  const entry = entries.find((candidate) => candidate.name === `${name}.npy`);
  if (!entry) {
    const names = entries.flatMap(({ name: full }) => (full.endsWith(".npy") ? [full.slice(0, -".npy".length)] : []));
    const near = suggest(name, names);
    throw new DataError(`the archive has no array ${quote(name)}`, {
      file,
      found: names.length > 0 ? `the arrays ${listNames(names)}` : "no arrays",
      help: near === undefined ? undefined : `did you mean ${quote(near)}?`,
    });
  }
  return readNpy(await readZipEntry(bytes, entry, file), file === undefined ? undefined : `${file}, ${name}`);
}
