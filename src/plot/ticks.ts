/** @file Round numbers along an axis. */

export interface Ticks {
  /** Around all values: the first and the last tick. */
  readonly low: number;
  readonly high: number;
  readonly values: readonly number[];
  /** A tick as text, all with as many decimals. */
  readonly label: (value: number) => string;
}

/** About `count` multiples of 1, 2 or 5 times a power of ten that enclose `low` to `high`, which are finite. */
export function ticksBetween(low: number, high: number, count = 5): Ticks {
  const spread = high - low;
  const range = spread > 1e-280 && Number.isFinite(spread) ? spread : Math.max(Math.abs(low), 1e-6);
  const rough = range / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const values = Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
  const largest = Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
  const label = (value: number) =>
    decimals > 4 || largest >= 1e6 ? value.toExponential(1) : value.toFixed(Math.min(decimals, 20));
  return { low: values[0]!, high: values.at(-1)!, values, label };
}
