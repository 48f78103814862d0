import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder with packages that is gone with the test, and a place for the key beside it. */
export interface PackagesFolder {
  readonly directory: string;
  readonly keyFile: string;
  /** Writes a file that counts as written long ago. */
  put(path: string, content: string | Uint8Array): string;
}

export function packagesFolder(): PackagesFolder {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "packages-")));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const directory = join(base, "packages");
  mkdirSync(directory);
  return {
    directory,
    keyFile: join(base, "state/key.pem"),
    put: (path, content) => {
      const file = join(directory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      const longAgo = new Date("2026-01-01T00:00:00Z");
      utimesSync(file, longAgo, longAgo);
      return file;
    },
  };
}
