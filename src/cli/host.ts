/** @file The file system as the compiler's host, and writing that never leaves half a file. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { Host } from "../compiler/project.js";
import { InputFault } from "./fault.js";

export const nodeHost: Host = {
  readText(path) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
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
    ENOSPC: "the disk is full",
    EROFS: "the file system is read-only",
    EMFILE: "too many open files",
  };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}

/** Why a file that the host could not read cannot be read. */
export function unreadable(path: string): InputFault {
  try {
    readFileSync(path);
    return new InputFault(`cannot read ${path}: it changed meanwhile`);
  } catch (error) {
    return new InputFault(`cannot read ${path}: ${reason(error)}`);
  }
}

export function readBytes(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputFault(`cannot read ${what} ${path}: ${reason(error)}`);
  }
}

/** Writes beside, syncs, renames; leaves a file alone whose bytes are already these. Returns whether it wrote. */
export function writeAtomic(path: string, data: string | Uint8Array): boolean {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    if (existsSync(path) && readFileSync(path).equals(bytes)) return false;
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, "w");
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    return true;
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw new InputFault(`cannot write ${path}: ${reason(error)}`);
  }
}
