/** What a text could name, for settings whose meaning is not known. */
export interface Likeness {
  readonly path: boolean;
  readonly host: boolean;
  /** Only a host that is allowed shows that a text without a slash at its beginning is no file. */
  readonly either: boolean;
}

/** The texts that a value may be taken for: the collector splits a text at commas where it wants a list. */
export function piecesOf(text: string): readonly string[] {
  const pieces = text.includes(",") ? text.split(",") : [];
  const all = [text, ...pieces].flatMap((each) => [each, percentDecoded(each)]);
  return [...new Set(all.map((each) => each.normalize("NFKC").trim()))].filter(
    (each) => each !== "",
  );
}

/** `%2f` as `/`, as often as it takes. */
export function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  const letters: string[] = [];
  for (const letter of text) {
    letters.push(letter);
    // What comes out of one may be the end or the beginning of another one.
    for (let hex = hexAtEnd(letters); hex !== undefined; hex = hexAtEnd(letters)) {
      letters.splice(-3, 3, String.fromCharCode(Number.parseInt(hex, 16)));
    }
  }
  return letters.join("");
}

function hexAtEnd(letters: readonly string[]): string | undefined {
  if (letters.at(-3) !== "%") return undefined;
  const hex = `${letters.at(-2) ?? ""}${letters.at(-1) ?? ""}`;
  return /^[0-9a-f]{2}$/i.test(hex) ? hex : undefined;
}

const fileScheme = /^(file|unix|unixgram|unixpacket|sqlite3?):/i;
const networkScheme = /^(https?|wss?|grpcs?|tcp[46]?|udp[46]?|dns|passthrough|ipv[46]|xds):/i;
const anyScheme = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** Whether a piece could name a file or a host. A bare word could name anything and counts as neither. */
export function likenessOf(piece: string, isText: boolean): Likeness {
  if (fileScheme.test(piece) || /^(\/(?!\/)|\.{1,2}([/\\]|$)|~|[a-z]:\\)/i.test(piece)) {
    return { path: true, host: false, either: false };
  }
  if (networkScheme.test(piece)) return { path: false, host: true, either: false };
  const [, authority] = anyScheme.exec(piece) ?? [];
  if (authority !== undefined)
    return { path: authority === "" || /[@%]/.test(authority), host: true, either: false };
  const strong = /^\/\/|@\S|:\d|::|\[[0-9a-f:]+|\b(host|hostaddr|server|addr|address)\s*=/iu.test(
    piece,
  );
  const slashed = /[/\\]/.test(piece);
  const dotted =
    /[.\u3002\uff0e\uff61][\p{L}_-]|[\p{L}\p{N}][.\u3002\uff0e\uff61]$/u.test(piece) &&
    !isSentence(piece);
  const host = strong || slashed || dotted || isNumberOfHost(piece, isText);
  const path = slashed || (dotted && !strong) || piece.startsWith("@");
  return { path, host, either: path && host };
}

// Words with blanks that are neither a list of settings nor a path: "Sent by us.".
function isSentence(piece: string): boolean {
  return /\s/.test(piece) && !/[/\\=@:]|[.][\p{L}_-]/u.test(piece);
}

/** `127.1`, `2130706433`, `0x7f000001`, `017700000001`: the system's resolver takes them for IPv4. */
function isNumberOfHost(piece: string, isText: boolean): boolean {
  if (/^0x[0-9a-f]{5,}$|^0[0-7]{7,}$/i.test(piece)) return true;
  if (/^(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+)){2,3}\.?$/i.test(piece)) return true;
  return (
    isText && (/^\d+\.\d+$/.test(piece) || (/^\d+$/.test(piece) && Number(piece) > 0xff_ff_ff))
  );
}

/** Readable texts that stand in a value as base64, as the address in a `cloudid` does. */
export function encodedIn(text: string): readonly string[] {
  const words = text.match(/[\w+/-]{8,}={0,2}/g) ?? [];
  return words.flatMap((word) => {
    try {
      const bytes = atob(word.replaceAll("-", "+").replaceAll("_", "/"));
      return /^[\u0020-\u007E]+$/.test(bytes) ? [bytes] : [];
    } catch {
      // No base64.
      return [];
    }
  });
}
