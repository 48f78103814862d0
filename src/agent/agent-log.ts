import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";

/** `agent.log` of one run: where the run's own lines begin. */
export interface AgentLog {
  readonly file: number;
  readonly start: number;
}

const rotateAtBytes = 10 * 1024 * 1024;
const keptFiles = 5;

/** Opens the log for one run. The agent writes into it by its own descriptor; a large one is set aside first. */
export function openAgentLog(path: string): AgentLog {
  if (sizeOf(path) > rotateAtBytes) rotate(path);
  const file = openSync(path, "a", 0o600);
  return { file, start: fstatSync(file).size };
}

/** The last bytes that a run wrote, never those of an earlier one. */
export function tailOf(path: string, start: number, maxBytes: number): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const from = Math.max(start, size - maxBytes);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    const read = readSync(file, bytes, 0, bytes.length, from);
    return bytes.subarray(0, read).toString("utf8");
  } finally {
    closeSync(file);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function rotate(path: string): void {
  for (let number = keptFiles - 1; number >= 1; number -= 1) {
    if (sizeOf(`${path}.${number}`) > 0) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
  renameSync(path, `${path}.1`);
}
