import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../../..");

/** Where a package for this processor is, made of what is built, as that version; gone with the test. */
export function builtPackage(kind: "deb" | "rpm" | "tar.gz", version: string): string {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-built-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const out = join(folder, "out");
  const what = ["--only", kind, "--arch", process.arch, "--as-version", version, "--fast"];
  execFileSync(process.execPath, ["scripts/release.js", "--out", out, ...what], { cwd: root });
  return join(out, `opampsupervisor-${version}-linux-${process.arch}.${kind}`);
}
