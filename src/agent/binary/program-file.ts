import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** What other machines and other systems call a program, and what people take for one: the first bytes, and words for it. */
const strangers: readonly (readonly [string, string])[] = [
  ["1f8b", "an archive (gzip), which has to be unpacked"],
  ["504b0304", "an archive (zip), which has to be unpacked"],
  ["28b52ffd", "an archive (zstd), which has to be unpacked"],
  ["fd377a585a00", "an archive (xz), which has to be unpacked"],
  ["213c617263683e", "a Debian package, which has to be installed"],
  ["edabeedb", "an RPM package, which has to be installed"],
  ["4d5a", "a program for Windows"],
  ["cffaedfe", "a program for macOS"],
  ["cafebabe", "a program for macOS"],
];

/** The number of each processor in an ELF header, by Node's name for it. */
const machines: readonly (readonly [string, number])[] = [
  ["x64", 62],
  ["arm64", 183],
  ["ia32", 3],
  ["arm", 40],
  ["riscv64", 243],
  ["s390x", 22],
  ["ppc64", 21],
  ["loong64", 258],
];

const headBytes = 4096;
const startable = [2, 3];

/** Why a file can be no program; `foreign` names another processor, which an emulator may stand in for. */
export interface ProgramFile {
  readonly fault?: string;
  readonly foreign?: string;
}

/**
 * Looks at the first bytes of a file on Linux, because the system hands what it cannot start to a shell, which reads it
 * through as a script. Says nothing of a file that cannot be read: starting it tells more. Never rejects.
 */
export async function readProgramFile(path: string): Promise<ProgramFile> {
  if (process.platform !== "linux") return {};
  try {
    // A pipe would never answer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) return { fault: found.isDirectory() ? "a directory" : "no file" };
      const { bytesRead, buffer } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      return judgeProgram(buffer.subarray(0, bytesRead), process.arch);
    } finally {
      await file.close();
    }
  } catch {
    return {};
  }
}

/** What the beginning of a file tells of the program in it. */
export function judgeProgram(head: Buffer, arch: string): ProgramFile {
  if (head.length === 0) return { fault: "an empty file" };
  if (head.toString("latin1", 0, 4) === "\x7fELF") return judgeElf(head, arch);
  const hex = head.toString("hex", 0, 16);
  const stranger = strangers.find(([bytes]) => hex.startsWith(bytes));
  if (stranger !== undefined) return { fault: stranger[1] };
  const script = head.toString("latin1", 0, 2) === "#!";
  return !script && head.includes(0) ? { fault: "neither a program for Linux nor a script" } : {};
}

function judgeElf(head: Buffer, arch: string): ProgramFile {
  if (head.length < 64) return { fault: "a program that was cut short" };
  const big = head[5] === 2;
  const short = (at: number): number => (big ? head.readUInt16BE(at) : head.readUInt16LE(at));
  const parts = short(head[4] === 1 ? 44 : 56);
  if (!startable.includes(short(16)) || parts === 0) {
    return { fault: "an object file or a damaged program, which cannot be started" };
  }
  const name = machines.find(([, number]) => number === short(18))?.[0];
  if (name === arch) return {};
  return {
    foreign: `a program for ${name ?? `another processor (${short(18)})`}, this is ${arch}`,
  };
}
