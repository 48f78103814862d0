import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A date that can be set for the programs that get its variables, while that of the machine stays. */
export interface StepClock {
  readonly environment: Readonly<Record<string, string>>;
  /** From now on those programs see a date that is so much later than the real one. */
  readonly stepTo: (aheadMs: number) => void;
}

const source = join(import.meta.dirname, "../../fixtures/clock/step-clock.c");

/** Builds in a folder what is put before programs; why it cannot be built, where that is so. */
export function buildStepClock(
  folder: string,
): { readonly library: string } | { readonly missing: string } {
  const library = join(folder, "step-clock.so");
  try {
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source], { stdio: "pipe" });
    const shown = execFileSync(process.execPath, ["-p", "Date.now()"], {
      env: { ...process.env, ...createStepClock(library, folder, 7_200_000).environment },
    });
    const aheadMs = Number(shown.toString()) - Date.now();
    if (aheadMs > 3_600_000) return { library };
    return { missing: `Node does not take its date from libc here: ${aheadMs} ms ahead` };
  } catch (error) {
    return { missing: `a C compiler is needed (cc): ${String(error).split("\n", 1).join("")}` };
  }
}

/** A date of its own; how it is set stands in a file of the folder, which the programs read. */
export function createStepClock(library: string, folder: string, aheadMs = 0): StepClock {
  const file = join(folder, "step");
  const stepTo = (ms: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(ms));
    // In place: the programs have the file open.
    writeFileSync(file, bytes, { flag: "r+" });
  };
  writeFileSync(file, Buffer.alloc(8));
  stepTo(aheadMs);
  return { environment: { LD_PRELOAD: library, STEP_CLOCK_FILE: file }, stepTo };
}
