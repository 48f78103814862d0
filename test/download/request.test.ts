import { createServer, type AddressInfo } from "node:net";
import { onTestFinished, test, expect } from "vitest";
import { defaultLimits } from "../../src/collector/options.ts";
import { type RequestTerms, requestText } from "../../src/download/request.ts";
import { startConnectProxy } from "../helpers/net/connect-proxy.ts";
import { startReleases, redirectTo, whole } from "../fixtures/collector/release-server.ts";

function terms(
  changes: Partial<RequestTerms["limits"]> = {},
  environment: ReadonlyMap<string, string> = new Map(),
): RequestTerms {
  const limits = { ...defaultLimits, ...changes };
  return { limits, environment, signal: new AbortController().signal };
}

async function silentPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
  });
  return (server.address() as AddressInfo).port;
}

test("redirects are followed, relative ones too", async () => {
  const server = await startReleases({
    "/a": redirectTo("/b/c"),
    "/b/c": redirectTo("d"),
    "/b/d": whole("here"),
  });
  expect(await requestText(`${server.url}/a`, terms())).toBe("here");
  expect(server.requests).toEqual(["/a", "/b/c", "/b/d"]);
});

test("an endless redirection ends", async () => {
  const server = await startReleases({ "/a": redirectTo("/a") });
  await expect(requestText(`${server.url}/a`, terms())).rejects.toThrow(/more than 5 times/);
  expect(server.requests).toHaveLength(6);
});

test.each(["http://192.0.2.1/x", "http://localhost.example.invalid/x", "file:///etc/passwd"])(
  "a redirection to %s is refused without a connection",
  async (location) => {
    const server = await startReleases({ "/a": redirectTo(location) });
    await expect(requestText(`${server.url}/a`, terms())).rejects.toThrow(/expected an https/);
  },
);

test.each(["http://192.0.2.1/x", "ftp://127.0.0.1/x"])("%s is refused", async (address) => {
  await expect(requestText(address, terms())).rejects.toThrow(/expected an https address/);
});

test("something else than an address is refused", async () => {
  await expect(requestText("releases", terms())).rejects.toMatchObject({ code: "download-failed" });
});

test("404 is no text and other statuses are failures", async () => {
  const server = await startReleases({
    "/503": (_request, response) => void response.writeHead(503).end(),
  });
  expect(await requestText(`${server.url}/none`, terms())).toBeUndefined();
  await expect(requestText(`${server.url}/503`, terms())).rejects.toThrow(/status 503/);
});

test("a text beyond the limit is refused", async () => {
  const server = await startReleases({ "/a": whole("x".repeat(2_000)) });
  const given = requestText(`${server.url}/a`, terms({ maxCheckFileBytes: 1_000 }));
  await expect(given).rejects.toThrow(/too large/);
});

test("a server that accepts and says nothing is given up", async () => {
  const address = `http://127.0.0.1:${await silentPort()}/`;
  await expect(requestText(address, terms({ stallMs: 50 }))).rejects.toThrow(
    /did not answer within/,
  );
});

test("a connection that cannot be made in time is given up", async () => {
  // The handshake never ends, because the other side does not speak TLS.
  const address = `https://127.0.0.1:${await silentPort()}/`;
  await expect(requestText(address, terms({ connectMs: 50 }))).rejects.toThrow(
    /could not be reached within/,
  );
});

test("a refused connection and an unknown name are told in words", async () => {
  await expect(requestText("http://127.0.0.1:9/", terms())).rejects.toThrow(
    /127.0.0.1:9 refused the connection/,
  );
  await expect(requestText("https://nowhere.invalid/", terms())).rejects.toThrow(
    /the name nowhere.invalid could not be resolved/,
  );
});

test("an abort ends a request that is under way", async () => {
  const controller = new AbortController();
  const address = `http://127.0.0.1:${await silentPort()}/`;
  const given = requestText(address, { ...terms(), signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(given).rejects.toThrow("enough");
});

// The host of a release that nobody can reach but through the proxy; it stays refused there, as TLS does not begin.
const release = "https://releases.invalid/otelcol.tar.gz";

test("a download goes through the proxy of the environment", async () => {
  const proxy = await startConnectProxy({ pair: "user:secret", answer: 403 });
  onTestFinished(() => proxy.close());
  const failed = requestText(release, terms({}, new Map([["https_proxy", proxy.url]])));
  await expect(failed).rejects.toThrow(
    `releases.invalid could not be reached: the proxy 127.0.0.1:${proxy.port} refused to connect to releases.invalid:443 (HTTP status 403)`,
  );
  await expect(failed).rejects.not.toThrow("secret");
  expect(proxy.asked.all).toMatchObject([{ method: "CONNECT", target: "releases.invalid:443" }]);
});

test("a proxy that is not there, never answers or is none is told as that", async () => {
  const port = await silentPort();
  const by = (proxy: string) => terms({ connectMs: 50 }, new Map([["HTTPS_PROXY", proxy]]));
  await expect(requestText(release, by(`127.0.0.1:${port}`))).rejects.toThrow(
    "could not be reached within 0.05 s",
  );
  await expect(requestText(release, by("socks5://u:secret@127.0.0.1:1"))).rejects.toThrow(
    /^HTTPS_PROXY: expected the URL of an HTTP proxy(?!.*secret)/,
  );
  const proxy = await startConnectProxy();
  await proxy.close();
  await expect(requestText(release, by(proxy.url))).rejects.toThrow(
    `the proxy 127.0.0.1:${proxy.port} could not be used: connect ECONNREFUSED`,
  );
});

test("what NO_PROXY names, and this machine, is asked directly", async () => {
  const server = await startReleases({ "/a": whole(Buffer.from("here")) });
  const environment = new Map([["HTTP_PROXY", "127.0.0.1:1"]]);
  expect(await requestText(`${server.url}/a`, terms({}, environment))).toBe("here");
});
