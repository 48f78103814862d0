import { SupervisorError } from "../errors.ts";
import { createByteReader } from "./byte-reader.ts";

/** What is taken out of an archive, and how much the archive may hold in all. */
interface TarRequest {
  readonly member: string;
  readonly maxMemberBytes: number;
  /** The limit for all that is in the archive, headers and skipped members included. */
  readonly maxArchiveBytes: number;
}

const blockBytes = 512;
const maxMembers = 1_000;

interface Header {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/**
 * The content of exactly one regular file of a tar stream. Members are compared by their full name and
 * never written anywhere, so links and strange paths do no harm: they are skipped, or refused under the
 * wanted name.
 */
export async function* readTar(
  source: AsyncIterable<Buffer>,
  wanted: TarRequest,
): AsyncGenerator<Buffer> {
  const bytes = createByteReader(limited(source, wanted.maxArchiveBytes), () =>
    refusal("an end in the middle of a member"),
  );
  let found = false;
  for (let members = 0; ; members += 1) {
    if (members === maxMembers) throw refusal(`more than ${maxMembers} members`);
    const header = parseHeader(await bytes.take(blockBytes));
    if (header === undefined) break;
    const hit = header.name === wanted.member || header.name === `./${wanted.member}`;
    if (hit) {
      refuseUnfit(header, wanted, found);
      found = true;
    }
    for await (const piece of bytes.pieces(header.size)) if (hit) yield piece;
    await bytes.take((blockBytes - (header.size % blockBytes)) % blockBytes);
  }
  if (!found) throw refusal(`no file ${wanted.member}`);
  // The rest is read so that a damaged end of the compressed stream is noticed.
  await bytes.drain();
}

function refuseUnfit(header: Header, wanted: TarRequest, found: boolean): void {
  if (found) throw refusal(`${wanted.member} twice`);
  if (header.type !== "0") throw refusal(`${wanted.member} as something else than a regular file`);
  if (header.size > wanted.maxMemberBytes) {
    throw refusal(`${wanted.member} with ${header.size} bytes, more than ${wanted.maxMemberBytes}`);
  }
}

function parseHeader(block: Buffer): Header | undefined {
  // A block of zeros ends the archive.
  if (block.every((byte) => byte === 0)) return undefined;
  if (octal(block, 148, 8) !== sumOf(block)) throw refusal("a damaged header");
  const prefix = block.toString("latin1", 257, 262) === "ustar" ? text(block, 345, 155) : "";
  const name = text(block, 0, 100);
  const type = text(block, 156, 1);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: type === "" ? "0" : type,
    size: octal(block, 124, 12),
  };
}

function sumOf(block: Buffer): number {
  // The sum is made as if its own field were blank.
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function octal(block: Buffer, from: number, length: number): number {
  const digits = text(block, from, length).trim();
  // The binary form is for members beyond 8 GiB, which are too large for us anyway.
  if (!/^[0-7]+$/.test(digits)) throw refusal("a number that is not octal");
  return Number.parseInt(digits, 8);
}

function text(block: Buffer, from: number, length: number): string {
  const field = block.toString("latin1", from, from + length);
  return field.split("\0", 1)[0] ?? "";
}

async function* limited(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > maxBytes) throw refusal(`more than ${maxBytes} bytes`);
    yield chunk;
  }
}

function refusal(what: string): SupervisorError {
  return new SupervisorError(
    "download-failed",
    `expected an archive of a collector, found ${what}`,
  );
}
