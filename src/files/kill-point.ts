/** Called at every place where a kill could leave something half done. */
export type KillPoint = (place: string) => void;

/** Does nothing: outside of tests no place kills the program. */
export const noKillPoint: KillPoint = () => undefined;

/**
 * For tests of what an end leaves behind: `PLACE:COUNT` kills this process, as `kill -9` would, when it passes the place
 * for that time; `PLACE:COUNT:SIGTERM` asks it to stop there.
 */
export function killPointFrom(wish: string | undefined): KillPoint {
  const [, wanted, count, softly] = /^(.+?):(\d+)(:SIGTERM)?$/.exec(wish ?? "") ?? [];
  if (wanted === undefined) return noKillPoint;
  let left = Number(count);
  return (place) => {
    if (place !== wanted) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, softly === undefined ? "SIGKILL" : "SIGTERM");
  };
}
