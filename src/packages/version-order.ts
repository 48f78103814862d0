/** A version as it is compared: numbers, then what stands behind a dash. */
export interface Version {
  readonly numbers: readonly number[];
  readonly prerelease: readonly string[];
}

const form =
  /^v?(\d{1,15}(?:\.\d{1,15}){0,4})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/** Reads `v0.158.0`, `1.2`, `1.0.0-rc.1+build`; undefined where a text is no version. */
export function readVersion(text: string): Version | undefined {
  const [, numbers, prerelease] = form.exec(text) ?? [];
  if (numbers === undefined) return undefined;
  return {
    numbers: numbers.split(".").map(Number),
    prerelease: prerelease === undefined ? [] : prerelease.split("."),
  };
}

/** Negative where `one` is older, 0 where both are the same, by the order of semantic versions. */
export function compareVersions(one: Version, other: Version): number {
  const length = Math.max(one.numbers.length, other.numbers.length);
  for (let at = 0; at < length; at += 1) {
    const difference = (one.numbers[at] ?? 0) - (other.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return comparePrereleases(one.prerelease, other.prerelease);
}

/** What has none is the release itself, and newer than all that came before it. */
function comparePrereleases(one: readonly string[], other: readonly string[]): number {
  if (one.length === 0 || other.length === 0) return other.length - one.length;
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const [mine, its] = [one[at], other[at]];
    if (mine === undefined) return -1;
    if (its === undefined) return 1;
    const difference = compareIdentifiers(mine, its);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Numbers come before words. */
function compareIdentifiers(one: string, other: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(one), /^\d+$/.test(other)];
  if (isNumber && isOtherNumber) {
    const [mine, its] = [BigInt(one), BigInt(other)];
    return mine === its ? 0 : mine < its ? -1 : 1;
  }
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return one === other ? 0 : one < other ? -1 : 1;
}
