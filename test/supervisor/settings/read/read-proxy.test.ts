import { test, expect } from "vitest";
import type { ProxyChoice } from "../../../../src/net/proxy.ts";
import type { SettingsResult } from "../../../../src/supervisor/settings/read/read-settings.ts";
import { createAgentFolder, settingsOf, brief } from "../fixture-folder.ts";

function withProxy(proxy: string, environment = {}): SettingsResult {
  const text = `server:\n  endpoint: wss://h:1/x\n  proxy: {${proxy}}\nagent: {executable: ./otelcol}\n`;
  return createAgentFolder().read(text, environment);
}

const proxyOf = (read: SettingsResult): ProxyChoice => settingsOf(read).server.proxy;

test("every key has its place", () => {
  const proxy =
    "url: 'https://user:${PASSWORD}@proxy:3128', headers: {X-Team: one}, no_proxy: 'a.test, 10.0.0.0/8', from_environment: false";
  expect(proxyOf(withProxy(proxy, { PASSWORD: "secret" }))).toEqual({
    url: "https://user:secret@proxy:3128/",
    headers: new Map([["X-Team", ["one"]]]),
    noProxy: ["a.test", "10.0.0.0/8"],
    fromEnvironment: false,
  });
});

test("an https proxy makes the TLS settings count, also where the server has none", () => {
  const read = (url: string) => {
    const folder = createAgentFolder();
    folder.write("ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    const text = `server:\n  endpoint: ws://h:1/x\n  proxy: {url: "${url}"}\n  tls: {ca_file: ca.pem}\n`;
    return folder.read(`${text}agent: {executable: ./otelcol}\n`);
  };
  expect(settingsOf(read("https://proxy")).server.tls.ca).toContain("MIIB");
  expect(brief(read("https://proxy").problems)).toEqual([]);
  expect(settingsOf(read("http://proxy")).server.tls.ca).toBeUndefined();
});

test("C-166 a host and a port mean http", () => {
  expect(proxyOf(withProxy("url: 'proxy.test:3128'")).url).toBe("http://proxy.test:3128/");
  expect(proxyOf(withProxy("url: ''")).url).toBeUndefined();
});

test.each([
  ["url: 'socks5://user:secret@proxy:1080'", "server.proxy.url 3:16"],
  ["url: 'ftp://user:secret@proxy'", "server.proxy.url 3:16"],
  ["url: 'http://user:secret@'", "server.proxy.url 3:16"],
  ["headers: {'X Team': secret}", "server.proxy.headers.X Team 3:31"],
  ['headers: {X-Team: "secret\\nsecret"}', "server.proxy.headers.X-Team 3:29"],
])("%s is refused at its place, and nothing secret is told", (proxy, place) => {
  const { problems } = withProxy(proxy);
  expect(brief(problems)).toEqual([`error value-invalid ${place}`]);
  expect(problems.map((each) => each.message).join()).not.toContain("secret");
});
