import { test, onTestFinished, expect } from "vitest";
import { createAuthority, dayMs } from "../../helpers/net/certificates.ts";
import { eventually, patienceMs } from "../../helpers/e2e/daemon.ts";
import { type FakeServer, startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";
import { type FaultWay, faultWay } from "../../helpers/net/fault-way.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { createHost } from "../../helpers/e2e/scene.ts";

const authority = createAuthority("Ours");
const portal =
  "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";

interface Place {
  readonly server: FakeServer;
  readonly way: FaultWay;
}

/** What goes wrong, how it is put right, and what the log says in between. */
const faults: readonly (readonly [
  words: string,
  breaks: (place: Place) => void,
  mends: (place: Place) => void,
])[] = [
  [
    "in the middle of the TLS handshake",
    ({ way }) => way.become("reset"),
    ({ way }) => way.become("pass"),
  ],
  [
    'from the authority "Somebody Else", which is not known here',
    ({ server }) => server.setTls(createAuthority("Somebody Else").issue()),
    ({ server }) => server.setTls(authority.issue()),
  ],
  [
    "the certificate of the server expired on ",
    ({ server }) => server.setTls(authority.issue({ until: Date.now() - dayMs / 2 })),
    ({ server }) => server.setTls(authority.issue()),
  ],
  [
    "is not for 127.0.0.1 but for a.test",
    ({ server }) => server.setTls(authority.issue({ names: ["a.test"] })),
    ({ server }) => server.setTls(authority.issue()),
  ],
  [
    "our client certificate has been revoked",
    ({ way }) => way.become({ say: Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 44) }),
    ({ way }) => way.become("pass"),
  ],
  [
    "does not speak TLS on that port",
    ({ way }) => way.become({ say: portal }),
    ({ way }) => way.become("pass"),
  ],
  [
    "answered with HTTP status 500",
    ({ server }) => (server.script.intercept = () => ({ status: 500 })),
    ({ server }) => (server.script.intercept = () => undefined),
  ],
];

test(
  "one and the same agent runs on through everything that can be wrong with the connection",
  async () => {
    const server = await startFakeServer({ tls: authority.issue() });
    const way = await faultWay(server.port, onTestFinished);
    const host = createHost(`wss://127.0.0.1:${way.port}/v1/opamp`, {
      server: 'headers: {x-turn: "0"}, tls: {ca_file: ca.pem}',
      capabilities: [],
    });
    const { folder } = host;
    host.write("ca.pem", authority.cert);
    const daemon = host.boot();
    const connected = (): number => daemon.lines.filter(({ msg }) => msg === "connected").length;
    await daemon.waitForLog("connected");
    const { pid } = await daemon.waitForLog("agent process started");
    for (const [index, [words, breaks, mends]] of faults.entries()) {
      const before = connected();
      breaks({ server, way });
      // Another header makes a new connection, at once and with the shortest of all waits.
      host.write("supervisor.yaml", host.settings.replace('"0"', `"${index + 1}"`));
      daemon.signal("SIGHUP");
      await daemon.waitForLog(
        ({ msg, reason }) => msg === "not connected" && String(reason).includes(words),
      );
      mends({ server, way });
      await eventually(() => connected() > before);
      expect(collectorsOf(folder)).toEqual([pid]);
    }
    expect(daemon.lines.filter(({ msg }) => msg === "agent process started")).toHaveLength(1);
    expect(daemon.lines.filter(({ level }) => level === "fatal")).toEqual([]);
  },
  4 * patienceMs,
);
