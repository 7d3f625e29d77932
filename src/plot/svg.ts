/** @file What all SVG pictures share: the document around them, and text that cannot break out of it. */

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** Characters that XML does not allow, even escaped, become the replacement character. */
export const escaped = (content: string): string =>
  content.replace(/\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, "\ufffd").replace(/[&<>"]/g, (character) => entities[character]!);

/** A coordinate, to a hundredth of a pixel. */
export const at = (value: number): string => String(Math.round(value * 100) / 100);

export const ink = { text: "#1e293b", faint: "#64748b", line: "#e2e8f0" } as const;

/** A document of so many pixels with a white ground. */
export function svgDocument(title: string, width: number, height: number, elements: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${at(width)} ${at(height)}" width="${at(width)}" height="${at(height)}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...elements,
    "</svg>",
  ].join("\n");
}

interface TextStyle {
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly fill?: string;
  readonly weight?: number;
}
export function text(content: string, x: number, y: number, style: TextStyle = {}): string {
  const { anchor = "start", size = 13, fill = ink.text, weight = 400 } = style;
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}" font-weight="${weight}">${escaped(content)}</text>`;
}
