/** What the collector's parser refuses, or takes for a line break where the standard does not. */
const unreadable =
  /[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\r(?!\n)/u;

/** The first character that the collector would read differently, unless it is the mark at the very beginning. */
export function findUnreadable(
  text: string,
): { readonly offset: number; readonly problem: string } | undefined {
  const marked = text.startsWith("\ufeff") ? 1 : 0;
  const found = unreadable.exec(marked === 1 ? text.slice(1) : text);
  if (found === null) return undefined;
  const code = hexOf(found[0]).toUpperCase();
  const problem = `the character U+${code} cannot be used here; in double quotes it can be written as ${escaped(found[0])}`;
  return { offset: found.index + marked, problem };
}

/**
 * The same text with those characters written as escapes. They can only stand in double quotes, because layers that
 * have them as they are were refused.
 */
export function escapeUnreadable(text: string): string {
  return unreadable.test(text) ? text.replaceAll(everywhere, escaped) : text;
}

const everywhere = new RegExp(unreadable.source, "gu");

function escaped(character: string): string {
  const hex = hexOf(character);
  return hex.length > 4 ? `\\U${hex.padStart(8, "0")}` : `\\u${hex}`;
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
}
