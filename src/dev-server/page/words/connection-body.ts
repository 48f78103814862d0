/** A connection as it is being written. */
export interface WrittenConnection {
  readonly name: string;
  readonly endpoint: string;
  readonly headers: string;
  readonly heartbeat: string;
  readonly tls: string;
  readonly ca: string;
  readonly proxy: string;
  readonly certificate: boolean;
}

/** Nothing is written yet. */
export const blankConnection: WrittenConnection = {
  ...{ name: "", endpoint: "", headers: "", heartbeat: "", tls: "", ca: "", proxy: "" },
  certificate: false,
};

/** What a form says, for the one kind that is chosen, as the server reads it. */
export function connectionBody(kind: string, written: WrittenConnection): object {
  const { name, endpoint, headers, heartbeat, ca, tls, proxy, certificate } = written;
  const connection = { endpoint, headers };
  if (kind === "other_connections") return { [kind]: { [name]: connection } };
  if (kind !== "opamp") return { [kind]: connection };
  return {
    opamp: {
      ...connection,
      ...(heartbeat === "" ? {} : { heartbeat_seconds: Number(heartbeat) }),
      ca,
      min_tls_version: tls,
      proxy,
      new_certificate: certificate,
    },
  };
}

/** Why such a connection to a server cannot be offered yet. */
export function serverProblem(written: WrittenConnection): string | undefined {
  const { endpoint, headers, heartbeat, ca, tls, proxy, certificate } = written;
  const texts = [endpoint, headers, heartbeat, ca, tls, proxy];
  const nothing = texts.every((text) => text.trim() === "") && !certificate;
  if (nothing) return "write an address, or what else of the connection is to change";
  const address = endpoint.trim();
  if (address === "") return undefined;
  const isUrl = URL.canParse(address) && /^(wss?|https?):$/.test(new URL(address).protocol);
  return isUrl ? undefined : "expected an address with wss://, ws://, https:// or http://";
}
