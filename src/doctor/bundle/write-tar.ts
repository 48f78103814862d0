import { gzipSync } from "node:zlib";

/** A file of the bundle. */
export interface BundleFile {
  /** At most 99 characters. */
  readonly name: string;
  readonly text: string;
}

const blockBytes = 512;

/** The files as a .tar.gz, in which only their owner may read them. */
export function tarGz(files: readonly BundleFile[], unixMs: number): Buffer {
  const blocks = files.flatMap(({ name, text }) => {
    const bytes = Buffer.from(text);
    const rest = Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes);
    return [header(name, bytes.length, unixMs), bytes, rest];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]));
}

/** A header in the form of POSIX (ustar). */
function header(name: string, size: number, unixMs: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (number: number, at: number, width: number): void =>
    void block.write(number.toString(8).padStart(width - 1, "0"), at);
  block.write(name.slice(0, 99), 0);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(unixMs / 1000), 136, 12);
  block.write("        0", 148);
  block.write("ustar\0" + "00", 257);
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
