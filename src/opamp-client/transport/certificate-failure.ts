import type { PeerCertificate } from "node:tls";

/** More names than these are only counted. */
const shownNames = 5;

/**
 * What is wrong with the certificate that the server showed, by the code of node:tls, and what to do about it;
 * undefined for other failures. `host` is the name that was expected.
 */
export function certificateFailure(
  code: string,
  certificate: PeerCertificate | undefined,
  host: string,
  now: number,
): string | undefined {
  const subject = nameIn(certificate?.subject);
  const issuer = nameIn(certificate?.issuer);
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return `${outsideItsTime(certificate, now, "valid_to")}: have it renewed, and check the clock of this machine`;
    case "CERT_NOT_YET_VALID":
      return `${outsideItsTime(certificate, now, "valid_from")}: check the clock of this machine`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the certificate of the server is not for ${host}${whoseNames(certificate)}: use a name that it has in the endpoint, or set the one to expect in tls.server_name_override`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return `the certificate of the server${quoted(subject)} is signed by itself and not known here: name the file with it in tls.ca_file`;
    case "SELF_SIGNED_CERT_IN_CHAIN":
      return `the certificate of the server is from ${authority(nameIn(lastOf(certificate)?.subject))}, which is not known here: name the file with that authority in tls.ca_file`;
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return `the certificate of the server is from ${authority(issuer)}, which is not known here: name the file with that authority in tls.ca_file`;
    case "CERT_SIGNATURE_FAILURE":
      return `the certificate of the server was not signed by ${authority(issuer)} of tls.ca_file, but by another one of that name: have the file there replaced`;
    case "CERT_REVOKED":
      return `the certificate of the server${quoted(subject)} has been revoked: have it replaced`;
    case "INVALID_PURPOSE":
      return `the certificate of the server${quoted(subject)} is not one for servers: have it replaced`;
    default:
      return undefined;
  }
}

/** The one of the chain that is outside its time, with the date. */
function outsideItsTime(
  certificate: PeerCertificate | undefined,
  now: number,
  limit: "valid_to" | "valid_from",
): string {
  const isOver = limit === "valid_to";
  const chain = chainOf(certificate);
  const culprit = chain.find((one) =>
    isOver ? Date.parse(one[limit]) < now : Date.parse(one[limit]) > now,
  );
  if (culprit === undefined) {
    return `the certificate of the server, or of its authority, ${isOver ? "has expired" : "is not valid yet"}`;
  }
  const date = new Date(culprit[limit]).toISOString().replace(/:\d\d\.\d+Z$/, "Z");
  const words = isOver ? `expired on ${date}` : `is not valid before ${date}`;
  return culprit === chain[0]
    ? `the certificate of the server ${words}`
    : `${authority(nameIn(culprit.subject))}, which the certificate of the server is from, ${words}`;
}

function chainOf(certificate: PeerCertificate | undefined): readonly PeerCertificate[] {
  const chain: PeerCertificate[] = [];
  // The last one names itself.
  for (let one = certificate; one !== undefined && !chain.includes(one); one = issuerOf(one)) {
    if (Object.keys(one).length > 0) chain.push(one);
  }
  return chain;
}

function lastOf(certificate: PeerCertificate | undefined): PeerCertificate | undefined {
  return chainOf(certificate).at(-1);
}

function issuerOf(certificate: PeerCertificate): PeerCertificate | undefined {
  return "issuerCertificate" in certificate
    ? (certificate.issuerCertificate as PeerCertificate | undefined)
    : undefined;
}

function whoseNames(certificate: PeerCertificate | undefined): string {
  if (certificate === undefined) return "";
  const names = (certificate.subjectaltname ?? "")
    .split(", ")
    .map((name) => shown(name.replace(/^(?:DNS|IP Address):/, "")))
    .filter((name) => name !== "");
  if (names.length === 0) return ", and names no host at all";
  const more = names.length - shownNames;
  const rest = more > 0 ? ` and ${more} more` : "";
  return ` but for ${names.slice(0, shownNames).join(", ")}${rest}`;
}

type Name = PeerCertificate["subject"] | undefined;

function nameIn(name: Name): string {
  const { CN, O } = (name ?? {}) as Partial<NonNullable<Name>>;
  return shown([CN ?? O ?? ""].flat().join(", "));
}

// It comes from whoever answered: one line of harmless characters, and not a long one.
function shown(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\xa1-\uffff]/g, "").slice(0, 100);
}

function authority(name: string): string {
  return name === "" ? "an authority" : `the authority "${name}"`;
}

function quoted(name: string): string {
  return name === "" ? "" : ` ("${name}")`;
}
