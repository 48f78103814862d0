import type { ServerOptions } from "node:https";
import { test, expect } from "vitest";
import { type TlsOptions, defaultTls } from "../../src/opamp-client/transport/client-options.ts";
import { createAuthority, dayMs, selfSigned } from "../helpers/net/certificates.ts";
import { startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";
import { lookingFor, reason, goesOnTrying } from "./client.ts";

const authority = createAuthority("Ours");
const stranger = createAuthority("Somebody Else");
const trusting: TlsOptions = { ...defaultTls, ca: authority.cert, includeSystemCa: false };
const now = Date.now();
const minute = (at: number): string => new Date(at).toISOString().replace(/:\d\d\.\d+Z$/, "Z");
const [lastWeek, yesterday, tomorrow] = [now - 7 * dayMs, now - dayMs, now + dayMs];
const oldAuthority = createAuthority("Worn Out", { from: lastWeek, until: yesterday });
const namesake = createAuthority("Ours");

interface Case {
  readonly tls: ServerOptions;
  readonly words: string;
  readonly trusted?: TlsOptions;
}

const chained = stranger.issue();
const cases: Record<string, Case> = {
  "is from an unknown authority": {
    tls: stranger.issue(),
    words: `the certificate of the server is from the authority "Somebody Else", which is not known here: name the file with that authority in tls.ca_file (`,
  },
  "is from an unknown authority that it brings along": {
    tls: { ...chained, cert: chained.cert + stranger.cert },
    words: `the certificate of the server is from the authority "Somebody Else", which is not known here: name the file with that authority in tls.ca_file (`,
  },
  "is from another authority of the same name": {
    tls: namesake.issue(),
    words: `the certificate of the server was not signed by the authority "Ours" of tls.ca_file, but by another one of that name: have the file there replaced (certificate signature failure)`,
  },
  "is signed by itself": {
    tls: selfSigned({ commonName: "opamp" }),
    words: `the certificate of the server ("opamp") is signed by itself and not known here: name the file with it in tls.ca_file (`,
  },
  "has expired": {
    tls: authority.issue({ from: lastWeek, until: yesterday }),
    words: `the certificate of the server expired on ${minute(yesterday)}: have it renewed, and check the clock of this machine (certificate has expired)`,
  },
  "is from an authority that has expired": {
    tls: oldAuthority.issue(),
    trusted: { ...trusting, ca: oldAuthority.cert },
    words: `the authority "Worn Out", which the certificate of the server is from, expired on ${minute(yesterday)}: have it renewed, and check the clock of this machine (certificate has expired)`,
  },
  "is not valid yet": {
    tls: authority.issue({ from: tomorrow }),
    words: `the certificate of the server is not valid before ${minute(tomorrow)}: check the clock of this machine (certificate is not yet valid)`,
  },
  "is for other names": {
    tls: authority.issue({ names: ["a.test", "b.test", "10.0.0.1"] }),
    words: `the certificate of the server is not for 127.0.0.1 but for a.test, b.test, 10.0.0.1: use a name that it has in the endpoint, or set the one to expect in tls.server_name_override (`,
  },
  "is for another name than the one to expect": {
    tls: authority.issue(),
    trusted: { ...trusting, serverName: "other.test" },
    words: `the certificate of the server is not for other.test but for localhost, 127.0.0.1: use a name`,
  },
  "is one of a client": {
    tls: authority.issue({ usage: "client", commonName: "agent" }),
    words: `the certificate of the server ("agent") is not one for servers: have it replaced (unsuitable certificate purpose)`,
  },
};

const both = ["wss", "https"] as const;
const rows = Object.entries(cases).flatMap(([what, one]) =>
  both.map((scheme) => [scheme, what, one] as const),
);

test.each(rows)(
  "%s: a certificate that %s is told, and when it is replaced all is well",
  async (scheme, _what, { tls, words, trusted = trusting }) => {
    const server = await startFakeServer({ tls });
    const endpoint = scheme === "wss" ? server.wsUrl : server.httpUrl;
    // What is trusted is repaired with the server: some of these cases are about our side.
    let fixed = false;
    const dial = () => Promise.resolve({ tls: fixed ? trusting : trusted });
    const watched = lookingFor(endpoint, { dial });
    // What is in brackets are the words of this version of Node.
    const start = `connection to 127.0.0.1:${server.port} failed: ${words}`;
    expect((await reason(watched)).slice(0, start.length)).toBe(start);
    await goesOnTrying(watched);
    server.setTls(authority.issue());
    fixed = true;
    await watched.link("accepted");
  },
);

test("names that a stranger chose are cut, counted and cleaned", async () => {
  const names = Array.from({ length: 30 }, (_, index) => `${"x".repeat(200)}${index}.test`);
  const server = await startFakeServer({
    tls: stranger.issue({ names, commonName: "a\n\u001bb" }),
  });
  const tls = { ...defaultTls, ca: stranger.cert, includeSystemCa: false };
  const words = await reason(lookingFor(server.wsUrl, { tls }));
  expect(words).toContain(`but for ${"x".repeat(100)}, `);
  expect(words).toContain("and 25 more");
  expect(words).not.toMatch(/[\n\u001b]/);
  expect(words.length).toBeLessThan(1_200);
});
