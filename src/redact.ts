/** What stands for a secret in anything that leaves the program. */
export const redacted = "[redacted]";

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  [/\b(Bearer|Basic|ApiKey|Secret-Key)\s+[A-Za-z0-9+/=_.~-]{6,}/g, `$1 ${redacted}`],
  // There may be a password without a name, and a password may have an @ itself.
  [/(\/\/[^\s/:@"']*:)[^\s/"']+@/g, `$1${redacted}@`],
  [
    /((?:password|passwd|secret|token|api[_-]?key|authorization|access[_-]?key)["']?\s*[:=]\s*["']?)(?!\[redacted\])[^\s"',}\]]+/gi,
    `$1${redacted}`,
  ],
];

/** A text of the agent's without what looks like a secret. */
export function redact(text: string): string {
  if (!mayHoldSecret(text)) return text;
  return patterns.reduce((result, [pattern, stand]) => result.replaceAll(pattern, stand), text);
}

/** Each of the patterns needs one of these. */
const traces =
  /PRIVATE KEY-----|Bearer|Basic|ApiKey|Secret-Key|\/\/[^\s/]*@|[pP][aA][sS][sS][wW]|[sS][eE][cC][rR][eE][tT]|[tT][oO][kK][eE][nN]|[aA][pP][iI][_-]?[kK][eE][yY]|[aA][uU][tT][hH][oO][rR][iI]|[aA][cC][cC][eE][sS][sS][_-]?[kK]/;

/** False of a text, however long, in which there is nothing to redact: much cheaper than to look for it. */
export function mayHoldSecret(text: string): boolean {
  return traces.test(text);
}

const secretNames =
  /pass(?:word|wd|phrase|$)|secret|token|credential|cookie|bearer|authorization|(?:api|access|account|shared|private|license|signing|encryption|storage|routing|integration|ingest|write)[_-]?key|user(?:name)?$|(?:^|_)pem$|conn(?:ection)?_?string|dsn$|datasource|webhook|sas_|signature|endpoint_params|inline$|owner_auth|tpm|(?:^|_)headers(?:_list)?$|^env$|environment/i;

/** True of a key of settings below which values may be secret. That of a file's name is none. */
export function namesSecret(key: string): boolean {
  if (/(?:file|files|path|directory|interval|timeout|scheme|url_path)$/i.test(key)) return false;
  return key.split("::").some((part) => secretNames.test(part));
}
