import { readFileSync, statSync } from "node:fs";
import { lacksNop } from "../../agent/binary/distribution.ts";
import { type BinaryAnswers, factsOf, identifyBinary } from "../../agent/binary/identify.ts";
import { isDiskFault, writeFault } from "../../files/write-fault.ts";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { extensionProbe } from "./extension-source.ts";
import type { BinaryFacts } from "../../agent-config/config.ts";

interface Kept {
  readonly key: string;
  readonly answers: BinaryAnswers;
}

/** Counts up when what is asked of a binary changes, so that older answers are asked for anew. */
const answersVersion = 5;

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

/** What the binary said when it was asked last, if it is still the same file. */
export function cachedFacts(executable: string, cachePath: string): BinaryFacts | undefined {
  try {
    const kept = JSON.parse(readFileSync(cachePath, "utf8")) as Kept;
    return kept.key === keyOf(executable) ? factsOf(kept.answers) : undefined;
  } catch {
    // No cache, a damaged one or no binary: it is asked anew, and that says what is wrong.
    return undefined;
  }
}

/** Asks the binary and keeps the answers, if they are all there. */
export async function askForFacts(
  executable: string,
  env: Readonly<Record<string, string>>,
  cachePath: string,
  scratchPath: string,
): Promise<BinaryFacts> {
  const key = keyOf(executable);
  const answers = await identifyBinary(executable, env, scratchPath, extensionProbe).catch(
    (error: unknown) => {
      // The system names no path when a write fails.
      throw isDiskFault(error)
        ? new Error(writeFault(scratchPath, error), { cause: error })
        : error;
    },
  );
  const kept: Kept = { key, answers };
  // What a busy machine has left open is asked again by the next start.
  if (!answers.complete) return factsOf(answers);
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
