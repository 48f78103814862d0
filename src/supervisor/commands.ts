import { controlPath } from "./control/control-path.ts";
import { openControlSocket } from "./control/control-socket.ts";
import { retryAnswer } from "./core/report/retry-answer.ts";
import type { Logger } from "./log/log.ts";
import type { Loop } from "./loop.ts";

/** Listens for the commands of a person on this machine; gives back what ends it. */
export function listenForCommands(directory: string, loop: Loop, log: Logger): () => void {
  const retry = (): unknown => {
    const before = loop.state();
    loop.post({ on: "retry-asked" });
    return { message: retryAnswer(before, loop.state()) };
  };
  return openControlSocket(controlPath(directory), new Map([["POST /retry", retry]]), (reason) =>
    log.warn({ reason }, "no control socket: this supervisor cannot be asked to retry"),
  );
}
