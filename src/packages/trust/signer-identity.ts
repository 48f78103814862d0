import type { ExactOrPattern, SignerIdentity } from "./trust-rule.ts";

/** Whom a certificate names, and who vouched for that. */
export interface Named {
  readonly issuer: string;
  readonly subject: string;
}

/** Why a signer is none that this host believes, or signed another version; undefined: it is one. */
export function faultOfIdentity(
  named: Named,
  identities: readonly SignerIdentity[],
  version: string,
): string | undefined {
  const fits = identities.some(
    ({ issuer, subject }) => matches(issuer, named.issuer) && matches(subject, named.subject),
  );
  if (!fits) {
    return `the signer ${named.subject} (issuer ${named.issuer}) is not among agent.packages.cosign.identities`;
  }
  const tag = /@refs\/tags\/(.+)$/.exec(named.subject)?.[1];
  if (tag === undefined || versionsIn(tag).includes(withoutV(version))) return undefined;
  return `the file was signed by a build of ${tag}, and is offered as version ${version}`;
}

/** Where one repository has tags for several things, the version stands behind a slash. */
function versionsIn(tag: string): readonly string[] {
  return [withoutV(tag), withoutV(tag.slice(tag.lastIndexOf("/") + 1))];
}

function withoutV(text: string): string {
  return text.replace(/^v(?=\d)/, "");
}

function matches(wanted: ExactOrPattern, found: string): boolean {
  if (wanted.is === "exact") return wanted.text === found;
  return new RegExp(`^(?:${wanted.pattern})$`).test(found);
}
