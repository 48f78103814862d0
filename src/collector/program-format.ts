import { open } from "node:fs/promises";

// The number by which an ELF file names its machine, for Node's word for it.
const elfMachines: ReadonlyMap<string, number> = new Map([
  ["x64", 62],
  ["arm64", 183],
  ["ia32", 3],
  ["arm", 40],
  ["ppc64", 21],
  ["riscv64", 243],
  ["s390x", 22],
]);

/**
 * Whether a Linux program names another kind of machine than this one. A system that cannot run it may
 * hand it to the shell instead, so how it fails does not tell.
 */
export async function foreignProgram(file: string, architecture: string): Promise<boolean> {
  const head = await readHead(file);
  if (!head.subarray(0, 4).equals(Buffer.from("\u007fELF", "latin1"))) return false;
  const bigEndian = head[5] === 2;
  const machine = bigEndian ? head.readUInt16BE(18) : head.readUInt16LE(18);
  return machine !== elfMachines.get(architecture);
}

async function readHead(file: string): Promise<Buffer> {
  const head = Buffer.alloc(20);
  const opened = await open(file, "r");
  await opened.read(head, 0, head.length, 0).finally(() => opened.close());
  return head;
}
