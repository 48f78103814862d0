const base = 0x400000;
const headBytes = 64 + 56;

/** True where such a program can be made. */
export const canMakeLauncher: boolean = process.arch === "x64";

/**
 * A program of some two hundred bytes for Linux on x64, which becomes another one, a script for instance, with the
 * arguments and the environment that it was given. The mark tells it from others.
 */
export function launcherProgram(target: string, mark = ""): Buffer {
  const code = Buffer.from([
    ...[0x48, 0x8d, 0x3d, 0, 0, 0, 0], // lea rdi, [rip + path]
    ...[0x48, 0x8d, 0x74, 0x24, 0x08], // lea rsi, [rsp + 8]: the arguments
    ...[0x48, 0x8b, 0x04, 0x24], // mov rax, [rsp]: how many
    ...[0x48, 0x8d, 0x54, 0xc4, 0x10], // lea rdx, [rsp + rax * 8 + 16]: the environment
    ...[0xb8, 59, 0, 0, 0, 0x0f, 0x05], // execve
    ...[0xbf, 127, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05], // exit(127)
  ]);
  code.writeInt32LE(code.length - 7, 3);
  const head = Buffer.alloc(headBytes);
  head.write("\x7fELF\x02\x01\x01", 0, "latin1");
  // Executable, x86-64, version 1.
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(62, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(base + headBytes), 24);
  head.writeBigUInt64LE(64n, 32);
  // The sizes of this head and of the one part that is loaded, and how many of those there are.
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  const whole = Buffer.concat([head, code, Buffer.from(`${target}\0${mark}\0`)]);
  // Loaded from its beginning, to be read and run.
  whole.writeUInt32LE(1, 64);
  whole.writeUInt32LE(5, 68);
  whole.writeBigUInt64LE(BigInt(base), 80);
  whole.writeBigUInt64LE(BigInt(base), 88);
  whole.writeBigUInt64LE(BigInt(whole.length), 96);
  whole.writeBigUInt64LE(BigInt(whole.length), 104);
  whole.writeBigUInt64LE(4096n, 112);
  return whole;
}
