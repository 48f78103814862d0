/** What of a package is signed. */
export interface Statement {
  readonly name: string;
  readonly version: string;
  /** 64 hexadecimal digits, lower case. */
  readonly sha256: string;
}

/** What a package shows for itself. */
export interface Evidence {
  readonly statement: Statement;
  readonly signature: Uint8Array | undefined;
}

/**
 * The bytes that an Ed25519 signature is made over: four lines, each with a line feed at its end. With the name and the
 * version among them a signature of one package says nothing for another.
 */
export function statementBytes({ name, version, sha256 }: Statement): Buffer {
  return Buffer.from(
    `opampsupervisor-package-v1\nname:${name}\nversion:${version}\nsha256:${sha256}\n`,
  );
}

/** Why a name or a version cannot stand in a statement, nor in a path or a log line; undefined: it can. */
export function faultOfLabel(text: string): string | undefined {
  if (Buffer.byteLength(text) > 256) return "longer than 256 bytes";
  // Half of a pair of surrogates (Cs) has no bytes of its own: two such texts would be signed alike.
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text) ? "with control characters" : undefined;
}
