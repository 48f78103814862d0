import { execFile } from "node:child_process";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { test, expect, onTestFinished } from "vitest";
import { makeCertificate } from "../../../src/dev-server/connections/self-signed.ts";
import { systemCodeOf } from "../../../src/errors.ts";
import { startServer, connect, bare, uidOf } from "../raw-agent.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const run = promisify(execFile);

test("the certificate is what node:crypto reads it to be", () => {
  const { cert, key } = makeCertificate(now);
  const read = new X509Certificate(cert);
  expect(read.subject).toBe("CN=localhost");
  expect(read.issuer).toBe("CN=localhost");
  expect(read.subjectAltName).toBe(
    "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
  );
  expect(new Date(read.validFrom).toISOString()).toBe("2026-02-28T12:00:00.000Z");
  expect(new Date(read.validTo).toISOString()).toBe("2027-02-28T12:00:00.000Z");
  expect(read.ca).toBe(false);
  expect(read.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
});

test("it is marked, critically, as no authority that signs and nothing more", () => {
  const hex = new X509Certificate(makeCertificate(now).cert).raw.toString("hex");
  const basicConstraints = "300c0603551d130101ff04023000";
  const digitalSignature = "300e0603551d0f0101ff040403020780";
  expect(hex).toContain(basicConstraints);
  expect(hex).toContain(digitalSignature);
});

test("two certificates have two keys and two serial numbers", () => {
  const [one, two] = [makeCertificate(now), makeCertificate(now)];
  expect(one.key).not.toBe(two.key);
  const serial = (cert: string): string => new X509Certificate(cert).serialNumber;
  expect(serial(one.cert)).not.toBe(serial(two.cert));
  expect(serial(one.cert)).toHaveLength(32);
});

test.each(["localhost", "127.0.0.1", "::1"])(
  "a client that trusts it accepts it for %s",
  async (name) => {
    const tls = makeCertificate(Date.now());
    const { server } = await startServer({ tls });
    const socket = connectTls({
      host: "127.0.0.1",
      port: Number(new URL(server.opampUrl).port),
      ca: tls.cert,
      ...(name === "localhost" ? { servername: name } : {}),
      // Who is checked is the name in the URL, whatever address was dialled.
      checkServerIdentity: (_, certificate) => {
        const read = new X509Certificate(certificate.raw);
        const match = name === "localhost" ? read.checkHost(name) : read.checkIP(name);
        return match === undefined ? new Error(`not for ${name}`) : undefined;
      },
    });
    onTestFinished(() => {
      socket.destroy();
    });
    await new Promise((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    expect(socket.authorized).toBe(true);
  },
);

test("OpAMP works over secure WebSocket and secure HTTP, and who does not trust it is told so", async () => {
  const tls = makeCertificate(Date.now());
  const { server, events } = await startServer({ tls });
  expect(server.opampUrl).toMatch(/^wss:/);
  const agent = await connect(server.opampUrl, { ca: tls.cert });
  expect((await agent.ask(bare(1, 0n))).instanceUid).toEqual(uidOf(1));
  expect(await statusOverHttps(server.opampUrl.replace("wss:", "https:"), tls.cert)).toBe(426);
  await expect(connect(server.opampUrl)).rejects.toMatchObject({
    code: "DEPTH_ZERO_SELF_SIGNED_CERT",
  });
  expect(server.agents()).toHaveLength(1);
  // A peer that speaks no TLS is the commonest mistake, so it is posted.
  await expect(fetch(server.opampUrl.replace("wss:", "http:"))).rejects.toThrow();
  expect(events.map((event) => event.on)).toContain("handshake-failed");
});

function statusOverHttps(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}

test("openssl verifies it, where there is one", async ({ skip }) => {
  const directory = await mkdtemp(join(tmpdir(), "certificate-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, "cert.pem");
  await writeFile(file, makeCertificate(Date.now()).cert);
  const verified = await run("openssl", [
    "verify",
    "-x509_strict",
    "-check_ss_sig",
    "-purpose",
    "sslserver",
    "-CAfile",
    file,
    file,
  ]).catch((error: unknown) => {
    if (systemCodeOf(error) === "ENOENT") return skip("openssl is not installed");
    throw error;
  });
  expect(verified.stdout).toContain("OK");
});
