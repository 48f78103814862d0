import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { environmentsProxy } from "../../src/net/proxy.ts";
import { installPackage } from "../../src/packages/install-package.ts";
import type { PackageWay } from "../../src/packages/package-order.ts";
import { createAuthority } from "../helpers/net/certificates.ts";
import { startConnectProxy } from "../helpers/net/connect-proxy.ts";
import {
  elfProgram,
  orderOf,
  packagesFolder,
  rulesOf,
  termsOf,
} from "../helpers/packages/package-world.ts";

const host = "packages.example.com";
const program = elfProgram();

/** A server that shows a certificate of its own authority, reached through a proxy alone. */
async function encrypted() {
  const authority = createAuthority();
  const { cert, key } = authority.issue({ names: [host] });
  const server = createServer({ cert, key }, (_request, response) => void response.end(program));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const proxy = await startConnectProxy({ pair: "user:secret", to: port });
  onTestFinished(() => proxy.close());
  return { authority, proxy };
}

async function install(changes: Partial<PackageWay>) {
  const way = { ...termsOf().way, plainHosts: [], ...changes };
  const order = orderOf(`https://${host}/otelcol`, program);
  return installPackage(order, rulesOf(), { directory: packagesFolder() }, { ...termsOf(), way });
}

test("a package comes by TLS through a proxy, with the authorities that are for its host", async () => {
  const { authority, proxy } = await encrypted();
  const asked: string[] = [];
  const tlsFor: PackageWay["tlsFor"] = (of) => {
    asked.push(of);
    return { ca: authority.cert };
  };
  const outcome = await install({ tlsFor, proxy: { ...environmentsProxy, url: proxy.url } });
  expect(outcome).toMatchObject({ ok: true, value: { version: "1.2.3" } });
  expect(new Set(asked)).toEqual(new Set([host]));
  expect(proxy.asked.all).toMatchObject([{ method: "CONNECT", target: `${host}:443` }]);
});

test("the environment may name the proxy too; a certificate that nobody trusts costs the package", async () => {
  const { proxy } = await encrypted();
  const environment = new Map([["https_proxy", proxy.url]]);
  const outcome = await install({ environment });
  expect(outcome).toMatchObject({ ok: false, error: { retry: "later" } });
  expect(outcome.ok ? "" : outcome.error.reason).toMatch(/certificate|authority/);
  expect(outcome.ok ? "" : outcome.error.reason).not.toContain("secret");
});
