import type { ChildProcess } from "node:child_process";
import { closeSync, fstatSync, ftruncateSync } from "node:fs";
import { messageOf } from "../../errors.ts";
import {
  type LogRotation,
  openAgentLog,
  sizeOf,
  asidePath,
  leadsTo,
  tailIn,
  tailOf,
} from "./agent-log.ts";
import { type SetAside, copyLog } from "./set-aside.ts";

/** Where the agent's output goes. */
export interface AgentOutput {
  /** For one start. */
  readonly open: () => RunOutput;
  /** For a run that has its place already, of an earlier supervisor; what it wrote before does not count. */
  readonly follow: () => Pick<RunOutput, "tail">;
  /** Sets a log aside that has become too large. */
  readonly look: () => Promise<
    | { readonly is: "small" }
    | { readonly is: "gone"; readonly why: string }
    | ({ readonly is: "set-aside" } & SetAside)
  >;
}

/** The output of one run. */
export interface RunOutput {
  /** Why there is no log of it; absent when there is. */
  readonly problem?: string;
  /** What the child is given as stdout and stderr. */
  readonly stdio: number | "pipe" | "ignore";
  /** Called once after the attempt to start it; undefined where that has failed. */
  readonly started: (child: ChildProcess | undefined) => void;
  /** Called when the process has ended; resolves when all that it wrote has been read, after a short wait at most. */
  readonly drained: () => Promise<void>;
  /** The last bytes that this run wrote. Throws when they cannot be read. */
  readonly tail: (maxBytes: number) => Buffer;
}

/** Follows the file that the agent writes its log into. */
export interface LogFollower {
  /** A run writes into it, from there on. */
  readonly began: (path: string, start: number) => void;
  /** The file was copied, without its first `skippedBytes`, and emptied. */
  readonly setAside: (path: string, copyPath: string, skippedBytes: number) => void;
  /** The run is over. */
  readonly ended: () => void;
}

/** Where a run's own lines begin in the log, and in the one that was set aside while it ran. */
interface Place {
  /** Open as long as the run is the newest one: its file may lose its name. Undefined for one that was adopted. */
  readonly file: number | undefined;
  start: number;
  startAside: number | undefined;
}

/** What is written into nothing. */
export const noOutput: AgentOutput = {
  open: () => ({
    stdio: "ignore",
    started: () => undefined,
    drained: () => Promise.resolve(),
    tail: () => Buffer.alloc(0),
  }),
  follow: () => ({ tail: () => Buffer.alloc(0) }),
  look: () => Promise.resolve({ is: "small" }),
};

/**
 * The agent writes into a file by its own descriptor: that costs the supervisor nothing. Where there can be no such file
 * it writes into what stands for it, and the run says why.
 */
export function createFileOutput(
  path: string,
  rotation: LogRotation,
  follower?: LogFollower,
  standIn: AgentOutput = noOutput,
): AgentOutput {
  let current: Place | undefined;
  let problem: string | undefined;
  const leave = (): void => {
    if (current?.file !== undefined) closeSync(current.file);
    current = undefined;
  };
  const openFile = (): RunOutput => {
    const { file, start } = openAgentLog(path, rotation);
    const place: Place = { file, start, startAside: undefined };
    current = place;
    follower?.began(path, start);
    return {
      stdio: file,
      started: () => undefined,
      drained: () => {
        follower?.ended();
        return Promise.resolve();
      },
      tail: (maxBytes) => tailOfRun(path, place, maxBytes),
    };
  };
  return {
    open: () => {
      leave();
      problem = undefined;
      try {
        return openFile();
      } catch (error) {
        leave();
        problem = `${path} cannot be used: ${messageOf(error)}`;
        return { ...standIn.open(), problem };
      }
    },
    follow: () => {
      const place: Place = { file: undefined, start: sizeOf(path), startAside: undefined };
      current = place;
      follower?.began(path, place.start);
      return { tail: (maxBytes) => tailOfRun(path, place, maxBytes) };
    },
    look: async () => {
      const place = current;
      const why = problem ?? lost(path, place, rotation);
      if (why !== undefined) return { is: "gone", why };
      const copy = await copyLog(path, rotation);
      if (copy === undefined) return { is: "small" };
      if (place === undefined || place !== current) {
        // Another run has begun meanwhile, and looked at the log itself.
        copy.abandon();
        return { is: "small" };
      }
      const aside = copy.finish();
      follower?.setAside(path, asidePath(path), aside.skippedBytes);
      place.startAside = Math.max(0, place.start - aside.skippedBytes);
      place.start = 0;
      return { is: "set-aside", ...aside };
    },
  };
}

/** Why what the agent says now cannot be found any more; its file must not fill the disk without a name, either. */
function lost(
  path: string,
  place: Place | undefined,
  { maxBytes }: LogRotation,
): string | undefined {
  const file = place?.file;
  if (file === undefined || leadsTo(path, file)) return undefined;
  if (fstatSync(file).size > maxBytes) ftruncateSync(file, 0);
  return `${path} was removed or replaced; the agent writes into the former file until its next start`;
}

function tailOfRun(path: string, { file, start, startAside }: Place, maxBytes: number): Buffer {
  const tail = file === undefined ? tailOf(path, start, maxBytes) : tailIn(file, start, maxBytes);
  if (startAside === undefined || tail.length >= maxBytes) return tail;
  return Buffer.concat([tailOf(asidePath(path), startAside, maxBytes - tail.length), tail]);
}
