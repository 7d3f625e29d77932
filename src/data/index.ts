/** @file Readers of data files for programs: bytes or text in, typed arrays out, DataError for a fault of the file. */
export { integerArray, labelArray, numericArray, type DataArray } from "./array.js";
export { decodeUtf8, decompress, gunzip, isGzip } from "./bytes.js";
export { columnIndex, integerColumns, labelColumn, numericColumns } from "./columns.js";
export { parseCsv, type Table } from "./csv.js";
export type { NumberArray } from "./elements.js";
export { DataError, type DataErrorDetails } from "./error.js";
export { parseIdx, readIdx, writeIdx } from "./idx.js";
export { readNpy, writeNpy } from "./npy.js";
export { readNpz } from "./npz.js";
export { hash32, uniform } from "./random.js";
export {
  cellRows,
  classSequences,
  type ItemRow,
  lineRows,
  numberSequences,
  sentenceRows,
  type Sequences,
  unknownWord,
} from "./sequences.js";
export { permutation, splitLast, splitRows, takeRows, type Split } from "./split.js";
export { slidingWindows } from "./windows.js";
export { characterWindows, encodeCharacters, type CharacterWindows } from "./text.js";
