import { redact, redacted } from "../../redact.ts";

/** Each of them looks at a text once, however long it is: a log may hold anything. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // A log may be cut in the middle of a key, and a key may stand on one line.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  [/^[\s\S]*-----END [A-Z ]*PRIVATE KEY-----/g, redacted],
  // A password may have an @ itself.
  [/(\/\/)[^\s/"']*@/g, `$1${redacted}@`],
  [/([?&;][\w.~-]+=)[^&;\s"']+/g, `$1${redacted}`],
  // The default of a variable stands in the text, its value does not.
  [/(\$\{(?:\w+:)?\w+:-)[^}]*(?:\}|$)/g, `$1${redacted}}`],
  [
    /\b(Bearer|Basic|ApiKey|Token|Splunk|Api-Token)\s+(?!\[redacted\])[^\s"',}\]]+/gi,
    `$1 ${redacted}`,
  ],
  [
    /((?:\bx-[\w-]{1,100}|key|auth|dsn|cookie)["']?\s*[:=]\s*["']?)(?!\[redacted\])[^\s"',}\]]{6,}/gi,
    `$1${redacted}`,
  ],
];

/** A text that leaves this machine: stricter than what is kept in a log, since nobody looks at it again before it is read. */
export function redactWords(text: string): string {
  const cleaned = patterns.reduce(
    (all, [pattern, stand]) => all.replaceAll(pattern, stand),
    redact(text),
  );
  return cleaned.replaceAll(/[A-Za-z0-9+_=-]{20,}/g, (word) =>
    looksRandom(word) ? redacted : word,
  );
}

/** Small and large letters with digits, as tokens are; hashes and ids have one kind of letters. */
function looksRandom(word: string): boolean {
  return /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
}

/** No secret itself, and what a secret behind it is known by. */
const scheme = /^(?:Bearer|Basic|ApiKey|Token|Splunk|Api-Token|Secret-Key)$/i;

/** Takes out of a text what is known to be secret. */
export type Hide = (text: string) => string;

/** Hides these values, in the forms that they may have in a file. */
export function hiding(secrets: readonly string[]): Hide {
  const forms = secrets
    .flatMap((each) => [each, ...each.split(/\s+/)])
    .filter((each) => each.length >= 6 && each !== redacted && !scheme.test(each))
    .flatMap((each) => [
      each,
      JSON.stringify(each).slice(1, -1),
      Buffer.from(each).toString("base64"),
      encodeURIComponent(each),
    ]);
  const longestFirst = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((all, form) => all.replaceAll(form, redacted), text);
}
