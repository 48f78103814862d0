import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SupervisorError } from "../errors.ts";
import { isLoopback } from "../net/no-proxy.ts";
import { targetOf } from "../net/proxy.ts";
import type { OfferedFile, PackageRules, PackageWay } from "./package-order.ts";

/** One place from which a file may be had. */
export interface Source {
  readonly url: URL;
  /** Where the operator named it: its host is asked whatever `allowedHosts` says. */
  readonly isMirror: boolean;
}

type Rules = Pick<PackageRules, "allowedHosts" | "mirrors">;

/** Where an offered file is looked for, in this order, or why it cannot be. */
export function sourcesOf(
  { url }: Pick<OfferedFile, "url">,
  rules: Rules,
): readonly Source[] | string {
  if (!URL.canParse(url)) return "expected a web address as download_url, found something else";
  const offered = new URL(url);
  if (!["https:", "http:", "file:"].includes(offered.protocol)) {
    return `expected a download_url with https, found ${offered.protocol}`;
  }
  if (offered.username !== "" || offered.password !== "") {
    return "expected a download_url without a name and a password: offer them as headers";
  }
  const mirrors = rules.mirrors.map((prefix) => {
    return { url: below(prefix, offered), isMirror: true };
  });
  return [...mirrors, { url: offered, isMirror: false }];
}

/** A mirror holds the same paths. What stands behind a question mark is for the offered host alone. */
function below(prefix: string, { pathname }: URL): URL {
  return new URL(`${prefix.replace(/\/+$/, "")}/${pathname.replace(/^\/+/, "")}`);
}

/** Throws where an address may not be asked, the one that is begun with and each that a redirect names. */
export function refuserFor(
  source: Source,
  { allowedHosts }: Rules,
  { plainHosts }: Pick<PackageWay, "plainHosts">,
): (url: URL) => void {
  const own = source.isMirror ? [hostOf(source.url)] : [];
  return (url) => {
    const host = url.protocol === "file:" ? "" : hostOf(url);
    if (url.protocol === "file:" || !["https:", "http:"].includes(url.protocol)) {
      throw refusal(`a redirect to ${url.protocol} is not followed`);
    }
    const isOwn = own.includes(host) && (url.protocol === source.url.protocol || isSecure(url));
    if (isOwn) return;
    if (allowedHosts !== undefined && !isAllowed(host, allowedHosts)) {
      throw refusal(`${host} is not among the hosts of agent.packages.allowed_hosts`);
    }
    if (!isSecure(url))
      refusePlain(url, host, source.url, [...plainHosts, ...(allowedHosts ?? [])]);
  };
}

/** Why a directory may not be read from; undefined: it may. Links are followed before it is judged. */
export function faultOfDirectory(source: Source, { allowedHosts }: Rules): string | undefined {
  if (source.isMirror) return undefined;
  if (source.url.host !== "") return "expected a file:// address without a host";
  const isInside = (allowedHosts ?? []).some((entry) => {
    if (!entry.startsWith("file://")) return false;
    const [directory, file] = [realPath(new URL(entry)), realPath(source.url)];
    return (
      directory !== undefined && file?.startsWith(`${directory.replace(/\/+$/, "")}/`) === true
    );
  });
  if (isInside) return undefined;
  return "a file:// address may only name what lies in a directory of agent.packages.allowed_hosts (file:///path)";
}

function refusePlain(url: URL, host: string, first: URL, plain: readonly string[]): void {
  const begunPlain = first.protocol === "http:";
  if (begunPlain && isAllowed(host, plain)) return;
  const local = isLoopback(host) ? ", also on this machine" : "";
  throw refusal(
    `expected an https address, found http://${url.host}: without encryption only hosts of agent.packages.allowed_hosts are asked${local}`,
  );
}

function isAllowed(host: string, entries: readonly string[]): boolean {
  return entries.some((entry) => {
    const wanted = entry.toLowerCase().replace(/^\[|\]$/g, "");
    return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) : host === wanted;
  });
}

function hostOf(url: URL): string {
  return url.protocol === "file:" ? "" : targetOf(url.href).host.toLowerCase().replace(/\.$/, "");
}

function isSecure(url: URL): boolean {
  return url.protocol === "https:";
}

function realPath(url: URL): string | undefined {
  try {
    return realpathSync(fileURLToPath(url));
  } catch {
    return undefined;
  }
}

function refusal(message: string): SupervisorError {
  return new SupervisorError("download-refused", message);
}
