import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import { type LogRotation, openAgentLog, sizeOf, asidePath, tailOf } from "./agent-log.ts";
import { type SetAside, copyLog } from "./set-aside.ts";

/** Where the agent's output goes. */
export interface AgentOutput {
  /** For one start. Throws when there is no place for it. */
  readonly open: () => RunOutput;
  /** For a run that has its place already, of an earlier supervisor; what it wrote before does not count. */
  readonly follow: () => Pick<RunOutput, "tail">;
  /** Sets a log aside that has become too large. */
  readonly look: () => Promise<
    { readonly is: "small" } | ({ readonly is: "set-aside" } & SetAside)
  >;
}

/** The output of one run. */
export interface RunOutput {
  /** What the child is given as stdout and stderr. */
  readonly stdio: number | "pipe";
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
  start: number;
  startAside: number | undefined;
}

/** The agent writes into a file by its own descriptor: that costs the supervisor nothing. */
export function createFileOutput(
  path: string,
  rotation: LogRotation,
  follower?: LogFollower,
): AgentOutput {
  let current: Place | undefined;
  return {
    open: () => {
      const { file, start } = openAgentLog(path, rotation);
      const place: Place = { start, startAside: undefined };
      current = place;
      follower?.began(path, start);
      return {
        stdio: file,
        started: () => closeSync(file),
        drained: () => {
          follower?.ended();
          return Promise.resolve();
        },
        tail: (maxBytes) => tailOfRun(path, place, maxBytes),
      };
    },
    follow: () => {
      const place: Place = { start: sizeOf(path), startAside: undefined };
      current = place;
      follower?.began(path, place.start);
      return { tail: (maxBytes) => tailOfRun(path, place, maxBytes) };
    },
    look: async () => {
      const place = current;
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

function tailOfRun(path: string, { start, startAside }: Place, maxBytes: number): Buffer {
  const tail = tailOf(path, start, maxBytes);
  if (startAside === undefined || tail.length >= maxBytes) return tail;
  return Buffer.concat([tailOf(asidePath(path), startAside, maxBytes - tail.length), tail]);
}
