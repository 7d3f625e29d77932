/** @file The user's settings, section `netc`. Wrong values count as not given. */

export interface Settings {
  readonly inlayHints: {
    /** The shape after each step of a pipe. */
    readonly shapes: boolean;
    /** Names of settings and values that are given by position. */
    readonly parameterNames: boolean;
  };
  readonly codeLens: boolean;
  /** Whether warnings are shown, beside errors. */
  readonly lints: boolean;
}
export const defaultSettings: Settings = {
  inlayHints: { shapes: true, parameterNames: true },
  codeLens: true,
  lints: true,
};

/** Settings from what the client says of section `netc`. */
export const settingsFrom = (value: unknown): Settings => merged(defaultSettings, value);

/** `defaults` with each boolean of `value` in its place. */
function merged<T extends object>(defaults: T, value: unknown): T {
  if (typeof value !== "object" || value === null) return defaults;
  const given = value as Readonly<Record<string, unknown>>;
  const entries = Object.entries(defaults).map(([key, own]: [string, unknown]) => {
    const other = Object.hasOwn(given, key) ? given[key] : undefined;
    if (typeof own === "object" && own !== null) return [key, merged(own, other)];
    return [key, typeof other === typeof own ? other : own];
  });
  return Object.fromEntries(entries) as T;
}
