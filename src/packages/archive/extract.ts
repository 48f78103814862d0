import { mkdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "../../errors.ts";
import { type Allowance, askEveryBytes, refuseFull } from "../../download/allowance.ts";
import { isProgram } from "./content-kind.ts";
import type { Member } from "./member.ts";
import { partsOf } from "./member-path.ts";
import { archiveRefusal } from "./refusal.ts";

/** A file that was written, by its path below the directory. */
export interface ExtractedFile {
  readonly path: string;
  /** It is a program, for whichever processor. */
  readonly isProgram: boolean;
}

/** What an extraction may take. */
export interface ExtractTerms {
  /** For all members together. */
  readonly allowance: Allowance;
  readonly signal: AbortSignal;
  /** Looks at the path and the first bytes of each file before it is written; throws where it is not wanted. */
  readonly look: (path: string, head: Buffer) => void;
}

const maxMembers = 10_000;
const headBytes = 4096;

/**
 * Writes the files of an archive below a directory that is empty and ours. Only plain files and directories are made,
 * each once, with modes of our own; whatever else is there ends it. Throws; what was written is the caller's to remove.
 */
export async function extract(
  members: AsyncIterable<Member>,
  directory: string,
  terms: ExtractTerms,
): Promise<readonly ExtractedFile[]> {
  const files: ExtractedFile[] = [];
  const made = new Set<string>();
  const count = countBytes(terms.allowance);
  let seen = 0;
  for await (const member of members) {
    terms.signal.throwIfAborted();
    seen += 1;
    if (seen > maxMembers) throw archiveRefusal(`more than ${maxMembers} members`);
    const path = pathOf(member);
    if (member.type.is === "directory") {
      makeDirectories(directory, path, made);
    } else if (path.length === 0) {
      throw archiveRefusal("a file without a name");
    } else {
      makeDirectories(directory, path.slice(0, -1), made);
      files.push(await writeMember(member, directory, path.join("/"), { ...terms, count }));
    }
  }
  return files;
}

function pathOf({ name, type }: Member): readonly string[] {
  const path = partsOf(name);
  if ("fault" in path) throw archiveRefusal(path.fault);
  if (type.is === "other") throw archiveRefusal(`${type.what}, ${JSON.stringify(name)}`);
  return path;
}

/** Never the recursive way: what stands in the way is a file of the same archive, and is to be told. */
function makeDirectories(top: string, parts: readonly string[], made: Set<string>): void {
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const path = parts.slice(0, depth).join("/");
    if (made.has(path)) continue;
    try {
      mkdirSync(join(top, path), { mode: 0o755 });
    } catch (error) {
      if (systemCodeOf(error) !== "EEXIST") throw error;
      throw archiveRefusal(`a file and a directory of one name, ${JSON.stringify(path)}`);
    }
    made.add(path);
  }
}

async function writeMember(
  member: Member,
  directory: string,
  path: string,
  { look, count, signal }: ExtractTerms & { readonly count: (bytes: number) => void },
): Promise<ExtractedFile> {
  const output = await openNew(join(directory, path), path);
  try {
    let head: Buffer = Buffer.alloc(0);
    let isLooked = false;
    for await (const chunk of member.content) {
      signal.throwIfAborted();
      count(chunk.length);
      if (!isLooked) {
        head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)]);
        isLooked = head.length === headBytes;
        if (isLooked) look(path, head);
      }
      await output.appendFile(chunk);
    }
    if (!isLooked) look(path, head);
    const program = isProgram(head);
    // Never what the archive says: it may have set-uid bits, or be writable for all.
    await output.chmod(member.isExecutable || program ? 0o755 : 0o644);
    await output.sync();
    return { path, isProgram: program };
  } finally {
    await output.close();
  }
}

async function openNew(file: string, path: string): ReturnType<typeof open> {
  try {
    // Fails where there is anything, a link too.
    return await open(file, "wx", 0o600);
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error;
    throw archiveRefusal(`two members of one name, ${JSON.stringify(path)}`);
  }
}

function countBytes(allowance: Allowance): (bytes: number) => void {
  let [written, askAt] = [0, askEveryBytes];
  return (bytes) => {
    written += bytes;
    if (written > allowance.maxBytes) {
      throw archiveRefusal(`more than ${allowance.maxBytes} bytes when unpacked`);
    }
    if (written < askAt) return;
    refuseFull(bytes, allowance);
    askAt = written + askEveryBytes;
  };
}
