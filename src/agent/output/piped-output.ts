import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { type OutputSink, createLineReader } from "./line-reader.ts";
import type { AgentOutput, RunOutput } from "./output.ts";
import { createRecentBytes } from "./recent-bytes.ts";

/**
 * How long the end of the output is waited for. Another process may hold it open; what the agent itself wrote has been
 * read long before.
 */
const patienceMs = 250;

/** The supervisor reads the agent's output, always at once, and passes it on line by line. */
export function createPipedOutput(openSink: () => OutputSink, keptBytes: number): AgentOutput {
  return {
    open: () => openPipes(openSink, keptBytes),
    // The pipes of an agent end with the supervisor that reads them: there is never one to go on with.
    follow: () => ({ tail: () => Buffer.alloc(0) }),
    look: () => Promise.resolve({ is: "small" }),
  };
}

function openPipes(openSink: () => OutputSink, keptBytes: number): RunOutput {
  const recent = createRecentBytes(keptBytes);
  let pipes: readonly Readable[] = [];
  let closed: Promise<unknown> = Promise.resolve();
  return {
    stdio: "pipe",
    started: (child) => {
      pipes = pipesOf(child);
      closed = Promise.all(pipes.map((pipe) => follow(pipe, openSink(), recent.add)));
    },
    drained: async () => {
      const late = setTimeout(() => {
        for (const pipe of pipes) pipe.destroy();
      }, patienceMs);
      await closed;
      clearTimeout(late);
    },
    tail: (maxBytes) => {
      const bytes = recent.read();
      return bytes.subarray(Math.max(0, bytes.length - maxBytes));
    },
  };
}

function pipesOf(child: ChildProcess | undefined): readonly Readable[] {
  return [child?.stdout, child?.stderr].filter((pipe) => pipe !== null && pipe !== undefined);
}

async function follow(
  pipe: Readable,
  sink: OutputSink,
  remember: (bytes: Buffer) => void,
): Promise<void> {
  const reader = createLineReader(sink);
  pipe.on("data", (bytes: Buffer) => {
    remember(bytes);
    reader.take(bytes);
  });
  pipe.on("error", () => {
    // It is closed after that, which is all that matters.
  });
  await new Promise((resolve) => pipe.once("close", resolve));
  reader.end();
  sink.ended?.();
}
