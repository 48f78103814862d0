import { readlinkSync } from "node:fs";
import { dirname, join } from "node:path";

/** Kubelet itself takes a minute until a change is mounted. */
const usualPeriodMs = 10_000;

/**
 * Calls `changed` when kubelet has put other content under one of these files: it mounts a ConfigMap or a Secret as links
 * through `..data`, and moves that link when the object changes, to all new files at once. Files that are mounted in no
 * such way are not looked at: whoever edits one says when it is finished, by SIGHUP. Ends with the function that comes back.
 */
export function watchMounts(
  files: () => readonly string[],
  changed: () => void,
  periodMs: number = usualPeriodMs,
): () => void {
  let before = contentsOf(files());
  const timer = setInterval(() => {
    const now = contentsOf(files());
    if (now === before) return;
    before = now;
    changed();
  }, periodMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** The folders that kubelet has mounted, with what is in them now. */
function contentsOf(files: readonly string[]): string {
  const folders = [...new Set(files.map((file) => dirname(file)))].sort();
  return folders.map((folder) => `${folder} ${contentOf(folder)}`).join("\n");
}

function contentOf(folder: string): string {
  try {
    return readlinkSync(join(folder, "..data"));
  } catch {
    // Any other folder.
    return "";
  }
}
