import { join } from "node:path";

/** The path of a socket has room for so many bytes, one of them for its end. */
const maxPathBytes = process.platform === "linux" ? 107 : 103;

/** Where a supervisor listens for the commands of this machine, or why it cannot listen there. */
export type ControlPath =
  | { readonly path: string; readonly problem: undefined }
  | { readonly path: string; readonly problem: string };

/** The control socket of a storage directory; both who listens and who asks look here. */
export function controlPath(directory: string): ControlPath {
  const path = join(directory, "control.sock");
  const bytes = Buffer.byteLength(path);
  if (bytes <= maxPathBytes) return { path, problem: undefined };
  const problem = `expected a path of at most ${maxPathBytes} bytes for the control socket, found ${bytes} in ${path}; set storage.directory to a shorter one`;
  return { path, problem };
}
