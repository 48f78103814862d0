/** What stands for a secret in anything that leaves the program. */
export const redacted = "[redacted]";

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  [/\b(Bearer|Basic|ApiKey|Secret-Key)\s+[A-Za-z0-9+/=_.~-]{6,}/g, `$1 ${redacted}`],
  [/(\/\/[^\s/:@"']+:)[^\s/@"']+@/g, `$1${redacted}@`],
  [
    /((?:password|passwd|secret|token|api[_-]?key|authorization|access[_-]?key)["']?\s*[:=]\s*["']?)[^\s"',}\]]+/gi,
    `$1${redacted}`,
  ],
];

/** A text of the agent's without what looks like a secret. */
export function redact(text: string): string {
  return patterns.reduce((result, [pattern, stand]) => result.replaceAll(pattern, stand), text);
}
