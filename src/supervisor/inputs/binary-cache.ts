import { statSync } from "node:fs";
import { join } from "node:path";
import { lacksNop } from "../../agent/binary/distribution.ts";
import {
  type BinaryAnswers,
  answerTimeoutMs,
  factsOf,
  identifyBinary,
} from "../../agent/binary/identify.ts";
import { isDiskFault, writeFault } from "../../files/write-fault.ts";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { textOrNothing } from "../../files/read-if-there.ts";
import { extensionProbe } from "./extension-source.ts";
import type { BinaryFacts } from "../../agent-config/config.ts";

interface Kept {
  readonly key: string;
  readonly answers: BinaryAnswers;
}

/** So long a binary is waited for that left questions open before: one that never answers must not hold up each start. */
const secondTimeoutMs = 3000;

/** Counts up when what is asked of a binary changes, so that older answers are asked for anew. */
const answersVersion = 7;

/** What nearly every collector has, for one whose binary is out of reach. Neither version nor components are known. */
export function assumedFacts(name: string): BinaryFacts {
  return {
    name,
    version: "",
    knownBy: "file",
    validates: false,
    hasHealthCheck: true,
    hasNop: !lacksNop(name),
    hasFilelog: lacksNop(name),
    hasOpampExtension: false,
    allowsNoPipelines: false,
    reloadsInPart: false,
    resourceForm: "inline",
    components: new Map(),
    componentsHash: "",
  };
}

/** Where a version that a server has delivered keeps what its program says of itself. */
export function factsPath(directory: string): string {
  return join(directory, "facts.json");
}

/** What the binary said when it was asked last, if it is still the same file and left no question open. */
export function cachedFacts(executable: string, cachePath: string): BinaryFacts | undefined {
  return ifKept(executable, cachePath, (answers) =>
    answers.complete ? factsOf(answers) : undefined,
  );
}

function ifKept<T>(
  executable: string,
  cachePath: string,
  use: (answers: BinaryAnswers) => T | undefined,
): T | undefined {
  try {
    const kept = JSON.parse(textOrNothing(cachePath)) as Kept;
    return kept.key === keyOf(executable) ? use(kept.answers) : undefined;
  } catch {
    // No cache, a damaged one or no binary: it is asked anew, and that says what is wrong.
    return undefined;
  }
}

/** Asks the binary and keeps the answers. */
export async function askForFacts(
  executable: string,
  env: Readonly<Record<string, string>>,
  cachePath: string,
  scratchPath: string,
): Promise<BinaryFacts> {
  const key = keyOf(executable);
  const leftOpen = ifKept(executable, cachePath, ({ complete }) => !complete) ?? false;
  const timeoutMs = leftOpen ? secondTimeoutMs : answerTimeoutMs;
  const asked = identifyBinary(executable, env, scratchPath, extensionProbe, timeoutMs);
  const answers = await asked.catch((error: unknown) => {
    // The system names no path when a write fails.
    throw isDiskFault(error) ? new Error(writeFault(scratchPath, error), { cause: error }) : error;
  });
  const kept: Kept = { key, answers };
  try {
    writeFileAtomic(cachePath, JSON.stringify(kept));
  } catch {
    // A full disk: the next start asks again.
  }
  return factsOf(answers);
}

function keyOf(executable: string): string {
  const { size, mtimeMs, ino } = statSync(executable);
  return JSON.stringify([answersVersion, executable, size, mtimeMs, ino]);
}
