/**
 * What a text has that could hide a path: escapes, tags, references, another directory, a path from the root, and
 * patterns, with brackets and braces where YAML has none.
 */
const hides = /[\\%!~*?^]|\$\{|\.\.|(?:^|[^\w./-])\/|[\w.-][[{]|[\]}][\w.[{-]/m;
/** The beginning of an address on the network, which is no path; what follows it is looked at. */
const networkAddress = /(?<![\w.+-])(?:https?|wss?|grpcs?):\/\/(?=\w)/gi;
const firstWord = /(?<![\w./-])[\w.-]+/g;
const plainName = /^[\w.-]+$/;

/**
 * True of a configuration in which no text can be the path of a file: none begins at the root, and none begins with a
 * name in the agent's working directory. Told from the text alone, which costs next to nothing; false where it is not
 * plain to see.
 */
export function namesNoFile(written: string, workingDirectory: readonly string[]): boolean {
  const text = written.replaceAll(networkAddress, " ");
  if (hides.test(text)) return false;
  const names = new Set(workingDirectory);
  // One letter is what `[a-z]` can stand for.
  for (const name of names) if (!plainName.test(name) || name.length === 1) return false;
  for (const [word] of text.matchAll(firstWord)) {
    if (names.has(word) || /^\.+$/.test(word)) return false;
  }
  return true;
}
