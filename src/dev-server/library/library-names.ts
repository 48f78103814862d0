const maxLength = 80;

/**
 * Why something cannot have a name: names stand in addresses, on the command line and in sentences. Letters and digits are
 * those of any language.
 */
export function nameProblem(what: string, name: string): string | undefined {
  if (name.length > maxLength) {
    return `expected a name of at most ${maxLength} characters for a ${what}, found ${name.length}`;
  }
  const inner = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._-]*[\p{L}\p{M}\p{N}])?$/u;
  if (inner.test(name) && name.normalize("NFC") === name) return undefined;
  const expected = `expected a name of letters, digits, blanks, dots, - and _ for a ${what}, with a letter or digit at both ends`;
  return `${expected}, found ${JSON.stringify(name)}`;
}
