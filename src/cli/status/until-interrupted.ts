/**
 * Does something again and again, with a pause after each time, until Ctrl-C, SIGTERM, or the end of whoever reads what is
 * printed.
 */
export async function untilInterrupted(
  pauseMs: number,
  work: () => Promise<void> | void,
): Promise<void> {
  const ended = { over: false };
  let wake = (): void => undefined;
  const end = (): void => {
    ended.over = true;
    wake();
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.on("error", end);
  try {
    while (!ended.over) {
      await work();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ended.over ? 0 : pauseMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}
