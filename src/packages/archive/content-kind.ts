import { judgeProgram } from "../../agent/binary/program-file.ts";

/** What a downloaded file is by its first bytes, whatever it is called. */
export type ContentKind =
  | { readonly is: "program" | "gzip" | "zip" }
  /** `what` says what it seems to be. */
  | { readonly is: "other"; readonly what: string };

const elf = "\x7fELF";

/** Tells archives and programs from all else. */
export function contentKind(head: Buffer): ContentKind {
  const start = head.toString("latin1", 0, 4);
  if (start === elf) return { is: "program" };
  if (start.startsWith("\x1f\x8b")) return { is: "gzip" };
  // The third is an archive without a file in it.
  if (["PK\x03\x04", "PK\x05\x06"].includes(start)) return { is: "zip" };
  const { fault } = judgeProgram(head, process.arch);
  return { is: "other", what: fault ?? plainWord(head) };
}

/** Why these first bytes are no program that this machine can run; undefined: they are one. */
export function faultOfProgram(head: Buffer, arch: string): string | undefined {
  const { fault, foreign } = judgeProgram(head, arch);
  if (fault !== undefined || foreign !== undefined) return fault ?? foreign;
  return isProgram(head) ? undefined : plainWord(head);
}

/** True of the first bytes of a program for Linux, for whichever processor. */
export function isProgram(head: Buffer): boolean {
  return head.toString("latin1", 0, 4) === elf;
}

function plainWord(head: Buffer): string {
  const start = head.toString("latin1", 0, 512).trimStart().toLowerCase();
  if (start.startsWith("#!")) return "a script";
  if (/^<(!doctype html|html|\?xml)/.test(start)) return "a web page";
  if (start.startsWith("version https://git-lfs")) return "a pointer to a file in Git LFS";
  return "a text";
}
