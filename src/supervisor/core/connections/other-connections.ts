import type { Connections, OtherConnection } from "../../../agent-config/connections.ts";

type Others = Connections["others"];

/** Twice as much as one offer may have. All of it is on the disk and read at each start. */
const mostLetters = 2 * 1024 * 1024;

/** Why an offer of other connections changes none of them. */
export const tooManyOthers: string = `other_connections: with what was offered before they are more than ${mostLetters / 1024 / 1024} MiB, none of these was taken`;

/**
 * Joins what is offered into what is there: only that changes. Offers add up, so where all together would be too much those
 * go that nothing is named after and that are not offered now; undefined where it is too much without them.
 */
export function mergeOthers(
  current: Others,
  offered: Others,
  isSpare: (name: string) => boolean,
): Others | undefined {
  if (offered.length === 0) return current;
  const merged = new Map(current);
  for (const [name, settings] of offered) {
    merged.set(name, mergeOther(merged.get(name), settings));
  }
  const all = [...merged];
  if (lettersOf(all) <= mostLetters) return all;
  const named = new Set(offered.map(([name]) => name));
  const needed = all.filter(([name]) => named.has(name) || !isSpare(name));
  return lettersOf(needed) <= mostLetters ? needed : undefined;
}

/** Of one connection, too, only what is offered changes (specification.md#otherconnectionsettings). */
function mergeOther(before: OtherConnection | undefined, offer: OtherConnection): OtherConnection {
  if (before === undefined) return offer;
  return {
    endpoint: offer.endpoint === "" ? before.endpoint : offer.endpoint,
    headers: offer.headers.length === 0 ? before.headers : offer.headers,
    certificate: offer.certificate ?? before.certificate,
    tls: offer.tls ?? before.tls,
    proxy: offer.proxy ?? before.proxy,
    settings: [...new Map([...before.settings, ...offer.settings])],
  };
}

function lettersOf(others: Others): number {
  return JSON.stringify(others).length;
}
