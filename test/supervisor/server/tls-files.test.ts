import { writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultTls } from "../../../src/opamp-client/transport/client-options.ts";
import type { TlsSettings } from "../../../src/supervisor/settings/settings.ts";
import { createTlsFiles } from "../../../src/supervisor/server/tls-files.ts";
import { createAuthority, type Pair } from "../../helpers/net/certificates.ts";
import { keptLog } from "../../helpers/log-lines.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const authority = createAuthority();

async function rig(first: Pair = authority.issue({ usage: "client" })) {
  const folder = temporaryFolder();
  const paths = ["ca.pem", "cert.pem", "key.pem"].map((name) => join(folder, name));
  const [caFile = "", certFile = "", keyFile = ""] = paths;
  const write = (pair: Pair): void => {
    writeFileSync(certFile, pair.cert);
    writeFileSync(keyFile, pair.key);
  };
  write(first);
  writeFileSync(caFile, authority.cert);
  const { cert, key } = first;
  const settings: TlsSettings = {
    ...{ ...defaultTls, ca: authority.cert, cert, key },
    ...{ caFile, certFile, keyFile },
  };
  const { log, lines } = keptLog();
  const read = createTlsFiles(settings, log);
  expect(await read()).toBe(settings);
  const said = (): readonly string[] => lines.all.map(({ level, words }) => `${level} ${words}`);
  return {
    read,
    write,
    caFile,
    certFile,
    keyFile,
    first,
    said,
    lines,
  };
}

test("what is in the files now is used, without a word", async () => {
  const { read, write, caFile, said } = await rig();
  const next = authority.issue({ usage: "client" });
  const other = createAuthority("Next").cert;
  write(next);
  writeFileSync(caFile, other);
  expect(await read()).toMatchObject({ ca: other, cert: next.cert, key: next.key });
  expect(said()).toEqual([]);
});

test("settings without files are as they are", async () => {
  const { log, lines } = keptLog();
  const none = { caFile: undefined, certFile: undefined, keyFile: undefined };
  const settings = { ...defaultTls, ...none, ca: "text" };
  expect(await createTlsFiles(settings, log)()).toEqual(settings);
  expect(lines.all).toEqual([]);
});

test.each<[string, (file: string) => void, string]>([
  ["that is gone", (file) => rmSync(file), "ENOENT"],
  ["that is no PEM any more", (file) => writeFileSync(file, "half a f"), "expected a PEM"],
  [
    "whose text means nothing",
    (file) => writeFileSync(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    "",
  ],
])(
  "a file %s changes nothing, and one warning says so until it is back",
  async (_what, harm, reason) => {
    const { read, write, caFile, certFile, first, said, lines } = await rig();
    for (const file of [caFile, certFile]) harm(file);
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await read()).toMatchObject({ ca: authority.cert, cert: first.cert, key: first.key });
    }
    const warning = "warn certificate files cannot be used: the former ones stay in use";
    expect(said()).toEqual([warning, warning]);
    expect(lines.all[0]).toMatchObject({
      fields: { files: caFile, reason: expect.stringContaining(reason) as string },
    });
    const next = authority.issue({ usage: "client" });
    write(next);
    writeFileSync(caFile, authority.cert);
    expect(await read()).toMatchObject({ cert: next.cert, key: next.key });
    expect(said().slice(2)).toEqual(Array(2).fill("info certificate files can be used again"));
  },
);

test("a certificate that is replaced before its key is not taken over without it", async () => {
  const { read, certFile, keyFile, first, lines } = await rig();
  const next = authority.issue({ usage: "client" });
  writeFileSync(certFile, next.cert);
  expect(await read()).toMatchObject({ cert: first.cert, key: first.key });
  writeFileSync(keyFile, next.key);
  expect(await read()).toMatchObject({ cert: next.cert, key: next.key });
  expect(lines.all[0]?.fields.reason).toBe("the certificate and the key do not belong together");
  expect(JSON.stringify(lines.all)).not.toContain("PRIVATE KEY");
});
