import { basename } from "node:path";
import { freeAbove, holderOf, waitingSockets } from "../../agent/ask/port-holder.ts";
import { textOrNothing } from "../../files/read-if-there.ts";

/** The ports that were wanted, and how. */
export interface WantedPorts {
  readonly opamp: number;
  readonly page: number;
  /** What was typed, without ports. */
  readonly command: string;
  /** The file that names the OpAMP port; undefined: only the command line does. */
  readonly config: string | undefined;
}

/** Who has the ports, and what to type instead; undefined where none of them is seen to be taken. */
export function takenText({ opamp, page, command, config }: WantedPorts): string | undefined {
  const taken = [opamp, page].filter(isTaken);
  if (taken.length === 0) return undefined;
  const found = taken.map((port) => {
    const holder = holderOf(port);
    const who =
      holder === undefined
        ? "another program, whose owner is another user"
        : `process ${holder.pid} (${programOf(holder.pid, holder.command)})`;
    return `expected port ${port} to be free, found ${who} listening on it`;
  });
  const newOpamp = isTaken(opamp) ? freeAbove(Math.max(opamp, page)) : opamp;
  const newPage = isTaken(page) ? freeAbove(Math.max(newOpamp, page)) : page;
  const moved = isTaken(opamp) && config !== undefined;
  const advice = moved
    ? `give server.endpoint in ${config} port ${newOpamp}${newPage === page ? "" : ` and add --page ${newPage}`}`
    : `type: ${command}${config === undefined ? ` --port ${newOpamp}` : ""} --page ${newPage}`;
  return `${found.join("; ")}. Stop it, or ${advice}`;
}

function isTaken(port: number): boolean {
  if (port === 0) return false;
  return ["tcp", "tcp6"].some((table) => waitingSockets(table, port).length > 0);
}

/** What a script is run by says little: its own name, and the first word for it, say more. */
function programOf(pid: number, command: string): string {
  const [program = "", script = "", word = ""] = textOrNothing(`/proc/${pid}/cmdline`).split("\0");
  if (!/^(?:node|python[\d.]*|java|ruby)$/.test(basename(program)) || !/^[^-]/.test(script)) {
    return command;
  }
  const plain = /^[a-z][a-z-]{0,30}$/.test(word) ? ` ${word}` : "";
  return `${basename(program)} ${basename(script)}${plain}`;
}
