import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { SupervisorError } from "../errors.ts";

/** The SHA-256 of a file, in lower-case hexadecimal digits. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/**
 * The SHA-256 that a check file gives for an artifact. A file that stands beside one artifact may be the
 * bare digits; a joint file has a line `<digits>  <name>` for each.
 */
export function checksumFor(artifact: string, text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const [only, ...others] = lines;
  if (only !== undefined && others.length === 0 && digits.test(only)) return only.toLowerCase();
  const matches = lines
    .map((line) => /^([0-9a-f]{64})\s+\*?(\S+)$/i.exec(line))
    .filter((match) => match?.[2] === artifact)
    .map((match) => match?.[1]?.toLowerCase());
  const [checksum, ...more] = new Set(matches);
  if (checksum !== undefined && more.length === 0) return checksum;
  const found = more.length > 0 ? "more than one" : "none";
  throw new SupervisorError(
    "download-failed",
    `expected one SHA-256 for ${artifact}, found ${found}`,
  );
}

const digits = /^[0-9a-f]{64}$/i;
