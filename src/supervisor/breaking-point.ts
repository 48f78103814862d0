/** Called at every place where a kill could leave something half done. */
export type Passing = (place: string) => void;

/** Nobody wants to break anything. */
export const unbroken: Passing = () => undefined;

/**
 * For tests of what a kill leaves behind: `PLACE:COUNT` kills this process, as `kill -9` would, when it passes the place
 * for that time.
 */
export function breakingPoint(wish: string | undefined): Passing {
  const [, wanted, count] = /^(.+):(\d+)$/.exec(wish ?? "") ?? [];
  if (wanted === undefined) return unbroken;
  let left = Number(count);
  return (place) => {
    if (place !== wanted) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
  };
}
