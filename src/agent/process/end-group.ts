/** Ends a process that leads a group, and all that is left of that group, at once. */
export function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nobody of it is left, or it runs as another user; there is nothing more that could be done here.
  }
}
