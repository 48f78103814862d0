import type { ServerToAgent } from "../../../src/opamp-client/wire/messages.ts";
import type { FakeConnection, FakeServer } from "../opamp/fake-opamp-server.ts";

/** An offer of a configuration under a hash, both as texts. */
export function offerOf(hash: string, text: string): ServerToAgent {
  const body = new TextEncoder().encode(text);
  return {
    remoteConfig: {
      config: { configMap: new Map([["", { body, contentType: "text/yaml" }]]) },
      configHash: new TextEncoder().encode(hash),
    },
  };
}

/** The hash of such an offer as reports have it, in hex. */
export function hexOf(hash: string): string {
  return Buffer.from(hash).toString("hex");
}

/** The connection that was made last, if it is still open. */
export function newestConnection({ seen }: FakeServer): FakeConnection | undefined {
  const made = seen.all.flatMap((one) => (one.saw === "connection" ? [one.connection] : []));
  const newest = made.at(-1);
  const closed = seen.all.some((one) => one.saw === "close" && one.number === newest?.number);
  return closed ? undefined : newest;
}
