const defaultPath = "/v1/opamp";

/** What an endpoint text stands for: its full form, or what is wrong with it. */
type Endpoint =
  | { readonly is: "valid"; readonly url: string; readonly secure: boolean }
  | { readonly is: "invalid"; readonly message: string };

const parts =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?<authority>[^/?#]*)(?<path>[^?#]*)(?<query>\?[^#]*)?/i;
const schemes = ["ws", "wss", "http", "https"];

/**
 * Reads `server.endpoint`: no path means `/v1/opamp`, and no port the scheme's own (443 or 80), so that files written
 * for the reference reach the same server. Never quotes the text.
 */
export function readEndpoint(text: string): Endpoint {
  const found = parts.exec(text.trim())?.groups;
  if (found === undefined) return invalid(`expected a URL such as wss://host:4320${defaultPath}`);
  const { scheme = "", authority = "", path = "", query = "" } = found;
  const lowerScheme = scheme.toLowerCase();
  if (!schemes.includes(lowerScheme)) {
    return invalid(`expected the scheme ws, wss, http or https, found ${scheme}`);
  }
  const bare = authority.replace(/:$/, "");
  const url = `${lowerScheme}://${bare}${path === "" ? defaultPath : path}${query}`;
  // A URL reader would take the first word of the path for a missing host.
  const hostMissing = /^(?:[^@]*@)?(?::|$)/.test(bare);
  if (hostMissing || !URL.canParse(url))
    return invalid("expected a host name or address after ://, and a port up to 65535 if any");
  return { is: "valid", url, secure: ["wss", "https"].includes(lowerScheme) };
}

function invalid(message: string): Endpoint {
  return { is: "invalid", message };
}
