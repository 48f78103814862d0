import { test, expect } from "vitest";
import { readProxy, targetOf, wayTo, environmentsProxy } from "../../src/net/proxy.ts";

const server = "wss://opamp.example.com/v1/opamp";

test.each([
  ["http://proxy:3128", "http://proxy:3128/"],
  ["https://proxy.example.com", "https://proxy.example.com/"],
  ["proxy.example.com:3128", "http://proxy.example.com:3128/"],
  ["10.0.0.1:3128", "http://10.0.0.1:3128/"],
  ["user:pass@proxy:3128", "http://user:pass@proxy:3128/"],
])("C-166 %s is the address of a proxy", (text, url) => {
  expect(readProxy(text)).toEqual({ is: "valid", url });
});

test.each([
  ["", "found something else"],
  ["http://", "found something else"],
  ["socks5://user:secret@proxy:1080", "SOCKS"],
  ["ftp://user:secret@proxy", "ftp://"],
  ["http://user:secret@proxy:port", "found something else"],
])("C-166 %j is not, and no password is told", (text, words) => {
  const read = readProxy(text);
  expect(read.is).toBe("invalid");
  expect(JSON.stringify(read)).toContain(words);
  expect(JSON.stringify(read)).not.toContain("secret");
});

test("a port that is not written is the one of the scheme", () => {
  expect(targetOf("wss://a.test/x")).toEqual({ secure: true, host: "a.test", port: 443 });
  expect(targetOf("http://[::1]/")).toEqual({ secure: false, host: "::1", port: 80 });
});

test.each<[string, string, Record<string, string>, string | undefined]>([
  ["wss goes by HTTPS_PROXY", server, { HTTPS_PROXY: "a:1", HTTP_PROXY: "b:1" }, "http://a:1/"],
  ["https too", "https://o.test", { HTTPS_PROXY: "a:1", HTTP_PROXY: "b:1" }, "http://a:1/"],
  [
    "ws goes by HTTP_PROXY",
    "ws://o.test",
    { HTTPS_PROXY: "a:1", HTTP_PROXY: "b:1" },
    "http://b:1/",
  ],
  ["http too", "http://o.test", { HTTPS_PROXY: "a:1", HTTP_PROXY: "b:1" }, "http://b:1/"],
  ["lower case counts", server, { https_proxy: "a:1" }, "http://a:1/"],
  ["ALL_PROXY stands for both", server, { ALL_PROXY: "a:1" }, "http://a:1/"],
  ["the special one wins", server, { ALL_PROXY: "a:1", https_proxy: "b:1" }, "http://b:1/"],
  ["an empty one is none", server, { HTTPS_PROXY: "" }, undefined],
  ["none is none", server, {}, undefined],
  ["NO_PROXY", server, { HTTPS_PROXY: "a:1", NO_PROXY: "x.test, .example.com" }, undefined],
  ["no_proxy", server, { HTTPS_PROXY: "a:1", no_proxy: "*" }, undefined],
  ["this machine itself", "wss://127.0.0.1:4320", { HTTPS_PROXY: "a:1" }, undefined],
])("from the environment: %s", (_what, address, environment, url) => {
  const way = wayTo(address, environmentsProxy, new Map(Object.entries(environment)));
  const proxy = url === undefined ? undefined : { url, headers: new Map() };
  expect(way).toEqual(proxy === undefined ? { is: "direct" } : { is: "proxied", proxy });
});

test("a variable that names no HTTP proxy is told, without its value", () => {
  const environment = new Map([["ALL_PROXY", "socks5://user:secret@proxy:1080"]]);
  const way = wayTo(server, environmentsProxy, environment);
  expect(way).toMatchObject({
    is: "unusable",
    why: expect.stringMatching(/^ALL_PROXY: .*SOCKS/) as string,
  });
  expect(JSON.stringify(way)).not.toContain("secret");
});

test("a proxy that is set holds for every address but those of its own list", () => {
  const headers = new Map([["X-Team", ["one"]]]);
  const choice = { ...environmentsProxy, url: "proxy:3128", headers, noProxy: ["direct.test"] };
  const environment = new Map([
    ["HTTPS_PROXY", "other:1"],
    ["NO_PROXY", "*"],
  ]);
  const proxied = { is: "proxied", proxy: { url: "http://proxy:3128/", headers } };
  expect(wayTo(server, choice, environment)).toEqual(proxied);
  expect(wayTo("ws://127.0.0.1:1", choice, environment)).toEqual(proxied);
  expect(wayTo("wss://direct.test", choice, environment)).toEqual({ is: "direct" });
});

test("the environment can be left out", () => {
  const environment = new Map([["HTTPS_PROXY", "a:1"]]);
  const choice = { ...environmentsProxy, fromEnvironment: false };
  expect(wayTo(server, choice, environment)).toEqual({ is: "direct" });
});
