/** @file What a caller gives, looked at and named in messages. */

export function isArray(value: unknown): value is ArrayLike<unknown> {
  return (
    Array.isArray(value) ||
    (ArrayBuffer.isView(value) &&
      !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array))
  );
}
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}..` : value);
  if (isArray(value)) return `an array of ${value.length}`;
  if (value === null) return "null";
  return typeof value === "object" || typeof value === "function" ? `a value of type ${typeof value}` : String(value);
}
