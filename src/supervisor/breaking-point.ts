/** Called at every place where a kill could leave something half done. */
export type Passing = (place: string) => void;

/** Nobody wants to break anything. */
export const unbroken: Passing = () => undefined;

/**
 * For tests of what an end leaves behind: `PLACE:COUNT` kills this process, as `kill -9` would, when it passes the place
 * for that time; `PLACE:COUNT:SIGTERM` asks it to stop there.
 */
export function breakingPoint(wish: string | undefined): Passing {
  const [, wanted, count, softly] = /^(.+?):(\d+)(:SIGTERM)?$/.exec(wish ?? "") ?? [];
  if (wanted === undefined) return unbroken;
  let left = Number(count);
  return (place) => {
    if (place !== wanted) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, softly === undefined ? "SIGKILL" : "SIGTERM");
  };
}
