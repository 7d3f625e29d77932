/** @file Parameters of messages are whatever a client sends: what every handler relies on is looked at first. */

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null ? (value as Fields) : undefined;

const isCount = (value: unknown): boolean => typeof value === "number" && Number.isInteger(value) && value >= 0;
const isPosition = (value: unknown): boolean => {
  const { line, character } = fieldsOf(value) ?? {};
  return isCount(line) && isCount(character);
};
const isRange = (value: unknown): boolean => {
  const { start, end } = fieldsOf(value) ?? {};
  return isPosition(start) && isPosition(end);
};
const isChange = (value: unknown): boolean => {
  const { text, range } = fieldsOf(value) ?? {};
  return typeof text === "string" && (range === undefined || isRange(range));
};

const fields: Readonly<Record<string, readonly [good: (value: unknown) => boolean, what: string]>> = {
  textDocument: [(value) => typeof fieldsOf(value)?.["uri"] === "string", "a document with a URI"],
  position: [isPosition, "a position"],
  range: [isRange, "a range"],
  positions: [(value) => Array.isArray(value) && value.every(isPosition), "a list of positions"],
  contentChanges: [(value) => Array.isArray(value) && value.every(isChange), "a list of changes"],
  changes: [
    (value) => Array.isArray(value) && value.every((entry) => typeof fieldsOf(entry)?.["uri"] === "string"),
    "a list of changed files",
  ],
};
/** What messages must have beside what every one of them has. */
const required: Readonly<Record<string, readonly string[]>> = {
  "textDocument/didChange": ["contentChanges"],
  "workspace/didChangeWatchedFiles": ["changes"],
};
const positioned =
  /^textDocument\/(?:hover|completion|signatureHelp|definition|typeDefinition|references|documentHighlight|rename|prepareRename|prepareCallHierarchy|onTypeFormatting)$/;

/** What is wrong with the parameters of a message; undefined if handlers can rely on them. */
export function wrongParameters(method: string, params: unknown): string | undefined {
  const given = fieldsOf(params) ?? {};
  const needed = [
    ...(method.startsWith("textDocument/") ? ["textDocument"] : []),
    ...(positioned.test(method) ? ["position"] : []),
    ...(required[method] ?? []),
  ];
  for (const [name, [good, what]] of Object.entries(fields))
    if ((needed.includes(name) || given[name] !== undefined) && !good(given[name]))
      return `\`${name}\` must be ${what}`;
  const { text } = fieldsOf(given["textDocument"]) ?? {};
  if (method === "textDocument/didOpen" && typeof text !== "string") return "`textDocument` must have a text";
  return undefined;
}
