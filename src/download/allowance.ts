import { SupervisorError } from "../errors.ts";

/** How much a download or an archive may put on a disk. */
export interface Allowance {
  readonly maxBytes: number;
  /** What stays free, so that whatever else writes there goes on. */
  readonly keepFreeBytes: number;
  readonly freeBytes: () => number;
}

/** How often the disk is asked while something is written. */
export const askEveryBytes: number = 16 * 1024 * 1024;

/** Refuses what is more than the settings allow. */
export function refuseLarge(bytes: number, { maxBytes }: Pick<Allowance, "maxBytes">): void {
  if (bytes <= maxBytes) return;
  throw new SupervisorError(
    "download-refused",
    `expected at most ${maxBytes} bytes, the server has ${bytes} or more`,
  );
}

/** Refuses what the disk has no room for, with the system's own word for that. */
export function refuseFull(moreBytes: number, { keepFreeBytes, freeBytes }: Allowance): void {
  const free = freeBytes();
  if (free - keepFreeBytes >= moreBytes) return;
  throw Object.assign(
    new Error(
      `there is not enough space left on the disk: ${moreBytes} bytes are to be written, ${free} are free, and ${keepFreeBytes} have to stay so`,
    ),
    { code: "ENOSPC", isCounted: true },
  );
}
