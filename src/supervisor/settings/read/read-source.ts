import { resolve } from "node:path";
import type { TextSource } from "../auth-settings.ts";
import { findReadable } from "./files.ts";
import type { Reading } from "./reading.ts";

/**
 * A text that may also stand in a file, which then counts, as in the Collector. A file that is not there yet is a
 * warning: whoever writes it may start later than we do.
 */
export function readSource(
  path: string,
  filePath: string,
  reading: Reading,
): TextSource | undefined {
  const [text, file] = [reading.text(path), reading.text(filePath)];
  if (file === undefined) return text === undefined ? undefined : { is: "text", text };
  if (text !== undefined) {
    reading.warn("not-acted-on", path, "no effect: the file that is named too counts");
  }
  const found = findReadable(file, reading.quoted(filePath), reading.sources);
  if (found.is === "unusable") {
    reading.warn(
      found.code,
      filePath,
      `${found.message}: there is no connection before it is there`,
    );
  }
  return { is: "file", file: resolve(reading.sources.workingDirectory, file) };
}

/** The same where one of both is needed. */
export function requireSource(
  path: string,
  filePath: string,
  what: string,
  reading: Reading,
): TextSource {
  const source = readSource(path, filePath, reading);
  if (source !== undefined) return source;
  const key = filePath.replace(/^.*\./, "");
  reading.error(
    "key-missing",
    path,
    `expected ${what}, found nothing: write it, or name a file in ${key}`,
  );
  return { is: "text", text: "" };
}
