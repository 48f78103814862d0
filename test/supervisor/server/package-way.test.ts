import { expect, test } from "vitest";
import { packageWay } from "../../../src/supervisor/server/package-way.ts";
import { complete, createAgentFolder, settingsOf } from "../settings/fixture-folder.ts";
import { createAuthority } from "../../helpers/net/certificates.ts";

function wayTo(endpoint: string, tls = "") {
  const text = complete().replace("ws://127.0.0.1:4320/v1/opamp", `${endpoint}\n${tls}`);
  return packageWay(settingsOf(createAgentFolder().read(text)).server, new Map());
}

test("the server's own host is trusted as its connection is, every other as usual", () => {
  const { cert } = createAuthority();
  const pem = cert.trim().split("\n").join("\n      ");
  const way = wayTo("wss://opamp.example.com/v1/opamp", `  tls:\n    ca_pem: |\n      ${pem}\n`);
  expect(way.plainHosts).toEqual([]);
  expect(way.tlsFor("opamp.example.com").ca).toBeDefined();
  expect(way.tlsFor("packages.example.com")).toEqual({});
});

test("where the connection has no encryption the files of its host need none, and no other's do", () => {
  expect(wayTo("ws://127.0.0.1:4320/v1/opamp").plainHosts).toEqual(["127.0.0.1"]);
});
