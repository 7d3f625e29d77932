/** @file The errors a net throws; whenever one is thrown, the net is as it was before the call. */

/** Data or an option is at fault. */
export class NetInputError extends Error {
  override readonly name: string = "NetInputError";
  /** Name of the input, target or option. */
  readonly input: string;
  /** The first row at fault, from 0; undefined if no single row is. */
  readonly row: number | undefined;
  readonly expected: string;
  readonly found: string;
  constructor(input: string, expected: string, found: string, row?: number) {
    super(`${JSON.stringify(input)}${row === undefined ? "" : `, row ${row}`}: expected ${expected}, found ${found}`);
    this.input = input;
    this.row = row;
    this.expected = expected;
    this.found = found;
  }
}

/** A tensor of a weights file that does not fit the model. */
export interface TensorMismatch {
  readonly name: string;
  /** Type and shape, as `F32 [784, 128]`. */
  readonly expected: string;
  readonly found: string;
}

/** Weights cannot be loaded: the file is damaged, or is of another model. */
export class NetWeightsError extends Error {
  override readonly name: string = "NetWeightsError";
  /** Names of tensors that the model has and the file lacks. */
  readonly missing: readonly string[];
  /** Names of tensors that the file has and the model lacks. */
  readonly unexpected: readonly string[];
  readonly mismatched: readonly TensorMismatch[];
  constructor(
    message: string,
    missing: readonly string[] = [],
    unexpected: readonly string[] = [],
    mismatched: readonly TensorMismatch[] = [],
  ) {
    super(message);
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }
}

/** The call does not fit the net's state: it was disposed, or a `fit` is running. */
export class NetStateError extends Error {
  override readonly name: string = "NetStateError";
}

/** The engine cannot run the net as asked. */
export class NetTargetError extends Error {
  override readonly name: string = "NetTargetError";
  /**
   * What there is none of: the WebAssembly interface; its 128-bit vectors; enough memory; leave to compile it here (browsers may
   * refuse large modules outside workers, or altogether); kernels for this target in the module.
   */
  readonly missing: "WebAssembly" | "SIMD" | "memory" | "compilation" | "kernels";
  constructor(missing: NetTargetError["missing"], message: string) {
    super(message);
    this.missing = missing;
  }
}
