import { parseAddress, type Address } from "./rules-addresses.ts";

/** Where a value makes the agent send to. */
export interface Destinations {
  readonly addresses: readonly Address[];
  /** Part of the value could not be read as an address. */
  readonly unclear: boolean;
}

const usualPorts: Readonly<Record<string, string>> = {
  http: "80",
  https: "443",
  ws: "80",
  wss: "443",
};

// gRPC's own names for places: `dns://resolver/host:port`, `ipv4:1.2.3.4:4317,5.6.7.8:4317`.
const named = /^(dns|passthrough|ipv4|ipv6|xds):(?:\/\/([^/]*)\/)?\/?(.*)$/is;

/** Reads a host, an address, a URL, a list of them with commas, or a text with URLs in it. */
export function destinationsOf(text: string): Destinations {
  const [, , resolver = "", target] = named.exec(text.trim()) ?? [];
  if (target !== undefined) {
    return joined([...(resolver === "" ? [] : [resolver]), ...target.split(",")].map(plainOf));
  }
  const urls = urlsIn(text.trim());
  if (urls.length === 0) return joined(text.split(",").map(plainOf));
  const before = text.trim().slice(0, urls[0]?.index);
  const clear = before === "" || /[=;,\s]$/.test(before);
  const found = urls.flatMap(([, scheme = "", authority = ""]) =>
    authoritiesOf(scheme.toLowerCase(), authority),
  );
  return joined([...found, { addresses: [], unclear: !clear }]);
}

const urlAnywhere = /([a-z][a-z0-9+.-]*):\/\/([^/?#;]*)/gi;

// In a URL another one is part of its query; in a text of names and values each counts.
function urlsIn(text: string): readonly RegExpExecArray[] {
  const all = [...text.matchAll(urlAnywhere)];
  if (all[0]?.index !== 0) return all;
  return all.filter(({ index }) => index === 0 || text.charAt(index - 1) === ",");
}

function authoritiesOf(scheme: string, authority: string): readonly Destinations[] {
  // A reference in a login may bring a `/` of its own and so end the host before it seems to.
  if (/[$\\]/.test(authority)) return [{ addresses: [], unclear: true }];
  const hosts = authority.slice(authority.lastIndexOf("@") + 1);
  return hosts.split(",").map((each) => {
    const { addresses, unclear } = plainOf(each);
    const port = usualPorts[scheme] ?? "";
    const filled = addresses.map((one) => (one.port === "" ? { ...one, port } : one));
    return { addresses: filled, unclear: unclear || each === "" };
  });
}

function plainOf(text: string): Destinations {
  const address = parseAddress(text.split("/")[0] ?? "");
  if (address === undefined) return { addresses: [], unclear: true };
  return { addresses: [address], unclear: false };
}

function joined(all: readonly Destinations[]): Destinations {
  return {
    addresses: all.flatMap(({ addresses }) => addresses),
    unclear: all.some(({ unclear }) => unclear),
  };
}

/** Everything in a text that could be a host, for texts whose form is not known. */
export function hostsIn(text: string): readonly Address[] {
  const words = text.match(/\[[0-9a-f:.%]+\]|[\p{L}\p{N}._-]+/giu) ?? [];
  return words.flatMap((word) => parseAddress(word) ?? []);
}
