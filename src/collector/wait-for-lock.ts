import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Lock,
  type SilenceWatch,
  createSilenceWatch,
  takeLock,
} from "../files/directory-lock.ts";

const pollMs = 200;

/** Does the work while no other process does work under the same lock; `onWait` is told once whom it waits for. */
export async function withLock<Result>(
  path: string,
  signal: AbortSignal,
  onWait: (pid: number) => void,
  work: () => Promise<Result>,
  silence: SilenceWatch = createSilenceWatch(),
): Promise<Result> {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  const look = (): Lock => takeLock(path, "hosts", silence);
  let lock = look();
  for (; lock.is === "held"; lock = look()) {
    if (!told && lock.pid !== undefined) {
      told = true;
      onWait(lock.pid);
    }
    await sleep(pollMs, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
