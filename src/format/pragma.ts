/** @file Prettier's marks in the comments before a file's first declaration: `// @format`, `// @noformat`. */

/** The comments and blank lines that a text begins with. */
const head = (text: string): string => /^\ufeff?(?:\s*\/\/.*)*/.exec(text)![0];

/** Whether a text is to be formatted where only marked ones are. */
export const hasPragma = (text: string): boolean => /^\s*\/\/+[ \t]*@(?:format|prettier)[ \t]*$/m.test(head(text));
/** Whether a text is to be left alone. */
export const hasIgnorePragma = (text: string): boolean =>
  /^\s*\/\/+[ \t]*@(?:noformat|noprettier)[ \t]*$/m.test(head(text));
/** The text with the mark; the blank line keeps it apart from the documentation of what follows. */
export const insertPragma = (text: string): string => `// @format\n\n${text}`;
