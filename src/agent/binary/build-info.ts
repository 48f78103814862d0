import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";

/** A module that a program was built from. */
export interface GoModule {
  readonly path: string;
  /** `(devel)` for one that was built from a folder. */
  readonly version: string;
  /** What was taken in its place. */
  readonly replacedBy?: { readonly path: string; readonly version: string };
}

/** What the Go linker has written into a program. */
export interface BuildInfo {
  readonly goVersion: string;
  readonly main: GoModule | undefined;
  readonly dependencies: readonly GoModule[];
  /** How it was built: `-ldflags`, `GOARCH`. */
  readonly settings: ReadonlyMap<string, string>;
}

/** A damaged or hostile file costs no more than these. */
const most = { sections: 4096, sectionSize: 256, names: 65_536, info: 4_194_304, modules: 10_000 };

const magic = Buffer.from("\xff Go buildinf:", "latin1");
const headBytes = 32;
const inlineStrings = 2;

/**
 * The build information of a program for 64-bit systems with ELF, stripped or not, as Go 1.18 and later write it.
 * Undefined for any other file and for one that cannot be read. Never rejects.
 */
export async function readBuildInfo(path: string): Promise<BuildInfo | undefined> {
  try {
    // A pipe would never answer.
    if (!(await stat(path)).isFile()) return undefined;
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const section = await buildInfoSection(file);
      return section === undefined ? undefined : infoIn(section);
    } finally {
      await file.close();
    }
  } catch {
    // Unreadable, cut short or no such file: nothing is known of it.
    return undefined;
  }
}

interface Section {
  readonly name: number;
  readonly offset: number;
  readonly size: number;
}

async function buildInfoSection(file: FileHandle): Promise<Buffer | undefined> {
  const head = await piece(file, 0, 64);
  if (head.toString("latin1", 0, 5) !== "\x7fELF\x02") return undefined;
  const little = head[5] !== 2;
  const tableAt = wide(head, 40, little);
  const [entry, count, namesAt] = [58, 60, 62].map((at) => short(head, at, little));
  if (entry === undefined || count === undefined || namesAt === undefined) return undefined;
  if (entry < 64 || entry > most.sectionSize || count > most.sections) return undefined;
  const table = await piece(file, tableAt, entry * count);
  const sections = Array.from({ length: count }, (_, index) =>
    sectionAt(table, index * entry, little),
  );
  const list = sections[namesAt];
  if (list === undefined) return undefined;
  const names = await piece(file, list.offset, Math.min(list.size, most.names));
  const found = sections.find(({ name }) => nameAt(names, name) === ".go.buildinfo");
  if (found === undefined) return undefined;
  return piece(file, found.offset, Math.min(found.size, most.info));
}

function sectionAt(table: Buffer, at: number, little: boolean): Section {
  return {
    name: little ? table.readUInt32LE(at) : table.readUInt32BE(at),
    offset: wide(table, at + 24, little),
    size: wide(table, at + 32, little),
  };
}

function short(bytes: Buffer, at: number, little: boolean): number {
  return little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}

function wide(bytes: Buffer, at: number, little: boolean): number {
  return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
}

function nameAt(names: Buffer, at: number): string {
  const end = names.indexOf(0, at);
  return names.toString("latin1", at, end < 0 ? at : end);
}

/** Exactly these bytes, or a rejection. */
async function piece(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead < length) throw new RangeError(`the file ends before ${position + length}`);
  return bytes;
}

function infoIn(section: Buffer): BuildInfo | undefined {
  const flags = section[magic.length + 1] ?? 0;
  // Go before 1.18 points to its strings instead; of those nothing is asked.
  if (!section.subarray(0, magic.length).equals(magic) || (flags & inlineStrings) === 0) {
    return undefined;
  }
  const version = textAt(section, headBytes);
  const modules = version === undefined ? undefined : textAt(section, version.end);
  if (version === undefined || modules === undefined) return undefined;
  // The linker marks both ends of it with 16 bytes.
  return parseBuildInfo(version.text, modules.text.slice(16, -16));
}

/** A text behind its length, which is written in groups of seven bits. */
function textAt(
  bytes: Buffer,
  start: number,
): { readonly text: string; readonly end: number } | undefined {
  let length = 0;
  for (let at = start, shift = 1; at < start + 4; at += 1, shift *= 128) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    length += (byte & 127) * shift;
    if (byte >= 128) continue;
    const end = at + 1 + length;
    return end > bytes.length ? undefined : { text: bytes.toString("latin1", at + 1, end), end };
  }
  return undefined;
}

/** Reads the lines that `go version -m` shows; what does not look like them is left out. */
export function parseBuildInfo(goVersion: string, text: string): BuildInfo {
  const dependencies: GoModule[] = [];
  const settings = new Map<string, string>();
  let main: GoModule | undefined;
  for (const line of text.split("\n")) {
    const [word, path = "", version = ""] = line.split("\t");
    const module = { path, version };
    if (word === "build") addSetting(settings, path);
    if (!isModule(module)) continue;
    if (word === "mod") main = module;
    const last = dependencies.at(-1);
    if (word === "=>" && last !== undefined) {
      dependencies[dependencies.length - 1] = { ...last, replacedBy: module };
    }
    if (word === "dep" && dependencies.length < most.modules) dependencies.push(module);
  }
  return { goVersion: /^[\w.+-]{1,40}/.exec(goVersion)?.[0] ?? "", main, dependencies, settings };
}

function addSetting(settings: Map<string, string>, text: string): void {
  const at = text.indexOf("=");
  if (at > 0) settings.set(text.slice(0, at), text.slice(at + 1));
}

/** These words reach the log and the server: nothing strange is taken for a path or a version. */
function isModule({ path, version }: GoModule): boolean {
  return /^[\w.~!@/+-]{1,300}$/.test(path) && /^[\w.()/+-]{0,200}$/.test(version);
}
