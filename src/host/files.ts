/** @file The file system as the compiler's host, and writing that never leaves half a file. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, normalize, resolve } from "node:path";
import { threadId } from "node:worker_threads";
import type { Host } from "../compiler/project.js";
import { InputFault } from "../diagnostics/fault.js";

export const nodeHost: Host = {
  readText(path) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  whyUnreadable(path) {
    try {
      readFileSync(path);
      return "it changed meanwhile";
    } catch (error) {
      return reason(error);
    }
  },
  resolve: (specifier, from) => normalize(isAbsolute(specifier) ? specifier : join(dirname(from), specifier)),
};

/** What the operating system said, in words. */
function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const words: Readonly<Record<string, string>> = {
    ENOENT: "no such file or folder",
    EACCES: "permission denied",
    EPERM: "operation not permitted",
    EISDIR: "it is a folder",
    ENOTDIR: "part of the path is not a folder",
    EEXIST: "part of the path is not a folder",
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EROFS: "the file system is read-only",
    EMFILE: "too many open files",
  };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}

/** `what` the file is goes into the message. */
export function readBytes(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputFault(`cannot read ${what} ${path}: ${reason(error)}`);
  }
}

/** Milliseconds after which a temporary file is one that a killed process left: none takes so long to write. */
const abandoned = 60_000;

/** Removes what processes killed while they wrote `path` have left. */
function removeAbandoned(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(path)}.`) || !/^\.\d+-\d+\.tmp$/.test(name.slice(basename(path).length))) continue;
    const { mtimeMs = Infinity } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > abandoned) rmSync(join(folder, name), { force: true });
  }
}

/** What is written to as it stands: nothing can be put in the place of `/dev/stdout`. */
const isDevice = (known: Stats | undefined): boolean => known !== undefined && !known.isFile() && !known.isDirectory();

/** Throws InputFault where nothing can be written: before hours of work whose result would be lost. */
export function demandWritable(path: string): void {
  try {
    const known = statSync(path, { throwIfNoEntry: false });
    if (known?.isDirectory()) throw new Error("it is a folder");
    if (isDevice(known)) accessSync(path, constants.W_OK);
    else demandFolder(known ? realpathSync(path) : path);
  } catch (error) {
    throw new InputFault(`cannot write ${path}: ${reason(error)}`);
  }
}
/** Throws what the system says of the folder in which the first part of a path that is missing would be made. */
function demandFolder(path: string): void {
  const folder = dirname(resolve(path));
  // With the point it has to be a folder.
  if (existsSync(folder)) accessSync(`${folder}/.`, constants.W_OK);
  else demandFolder(folder);
}

/**
 * Writes beside, syncs, renames: whenever the process is killed, the old or the new file is there, whole, with the permissions
 * that it had; of a link, the file that it names. Leaves a file alone whose bytes are already these. Returns whether it wrote. Throws InputFault.
 */
export function writeAtomic(path: string, data: string | Uint8Array): boolean {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  try {
    const known = statSync(path, { throwIfNoEntry: false });
    if (isDevice(known)) {
      writeFileSync(path, bytes);
      return true;
    }
    if (known && readFileSync(path).equals(bytes)) return false;
    const place = known ? realpathSync(path) : path;
    // Node's mkdir says of a read-only file system that the folder is missing.
    demandFolder(place);
    mkdirSync(dirname(place), { recursive: true });
    removeAbandoned(place);
    writeBeside(place, `${place}.${process.pid}-${threadId}.tmp`, bytes, known?.mode);
    return true;
  } catch (error) {
    throw new InputFault(`cannot write ${path}: ${reason(error)}`);
  }
}

function writeBeside(path: string, temporary: string, bytes: Uint8Array, mode: number | undefined): void {
  const file = openSync(temporary, "w");
  try {
    try {
      if (mode !== undefined) fchmodSync(file, mode);
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
