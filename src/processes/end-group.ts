/** Signals a process that leads a group, and all that is left of that group; without a word it is ended at once. */
export function endGroup(leader: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // Nobody of it is left, or it runs as another user; there is nothing more that could be done here.
  }
}
