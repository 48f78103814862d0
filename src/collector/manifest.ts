import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { SupervisorError, messageOf } from "../errors.ts";

/** A builder's manifest as far as it matters here. */
export interface Manifest {
  readonly text: string;
  /** The name of the program that comes of it. */
  readonly name: string;
  /** Of the collector, and of the builder that makes it; undefined when the manifest names none. */
  readonly version: string | undefined;
  /** The text of a main.go in the place of the builder's own. */
  readonly main: string | undefined;
  /** Changes when a byte of these changes. */
  readonly hash: string;
}

/** Reads a manifest, with the main.go that belongs to it, and the name of its program. */
export async function readManifest(file: string, mainFile?: string): Promise<Manifest> {
  const text = await read(file);
  const main = mainFile === undefined ? undefined : await read(mainFile);
  const { parse } = await import("yaml");
  const dist = member(parse(text), "dist");
  const name = textOf(member(dist, "name"));
  if (name === undefined || !/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    throw new SupervisorError("build-failed", `expected a plain dist.name in the manifest ${file}`);
  }
  const version = textOf(member(dist, "version"));
  if (version !== undefined && !/^[0-9][\w.+-]*$/.test(version)) {
    throw new SupervisorError(
      "build-failed",
      `expected a plain dist.version in the manifest ${file}`,
    );
  }
  const hash = createHash("sha256")
    .update(text)
    .update(main ?? "");
  return { text, name, version, main, hash: hash.digest("hex").slice(0, 16) };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const message = `cannot read ${file}, which is to be built: ${messageOf(cause)}`;
    throw new SupervisorError("build-failed", message, { cause });
  }
}

/** The manifest's text with the place where the builder shall work. */
export async function withOutputPath(text: string, directory: string): Promise<string> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text);
  document.setIn(["dist", "output_path"], directory);
  return document.toString({ lineWidth: 0 });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
