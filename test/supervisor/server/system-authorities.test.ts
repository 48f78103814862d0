import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { systemAuthorities } from "../../../src/supervisor/server/system-authorities.ts";
import { createAuthority } from "../../helpers/net/certificates.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("SSL_CERT_FILE names the file, and only that one counts then", async () => {
  const folder = temporaryFolder();
  const { cert } = createAuthority();
  writeFileSync(join(folder, "bundle.crt"), cert);
  writeFileSync(join(folder, "text"), "no certificate");
  const named = (name: string) =>
    systemAuthorities(new Map([["SSL_CERT_FILE", join(folder, name)]]));
  expect(await named("bundle.crt")).toBe(cert);
  expect(await named("text")).toBeUndefined();
  expect(await named("missing")).toBeUndefined();
});
