/** The beginning of a text that somebody else has written; it does not hold the rest in memory, as a slice of it would. */
export function shortText(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${Buffer.from(text.slice(0, most)).toString("utf8")}…`;
}
