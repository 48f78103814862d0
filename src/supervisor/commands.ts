import { existsSync } from "node:fs";
import { controlPath } from "./control/control-path.ts";
import { openControlSocket } from "./control/control-socket.ts";
import { retryAnswer } from "./core/report/retry-answer.ts";
import type { Logger } from "./log/log.ts";
import type { Loop } from "./loop.ts";

/** The commands of a person on this machine. */
export interface Commands {
  readonly listen: () => void;
  /** Listens again where somebody has removed the socket. */
  readonly look: () => void;
  readonly close: () => void;
}

/** Nobody is listened to before `listen`. */
export function createCommands(
  directory: string,
  loop: Pick<Loop, "state" | "post">,
  log: Logger,
): Commands {
  const place = controlPath(directory);
  let close: (() => void) | undefined;
  const retry = (): unknown => {
    const before = loop.state();
    loop.post({ on: "retry-asked" });
    return { message: retryAnswer(before, loop.state()) };
  };
  const listen = (): void => {
    close = openControlSocket(place, new Map([["POST /retry", retry]]), (reason) =>
      log.warn({ reason }, "no control socket: this supervisor cannot be asked to retry"),
    );
  };
  const end = (): void => {
    close?.();
    close = undefined;
  };
  return {
    listen,
    look: () => {
      if (close === undefined || place.problem !== undefined || existsSync(place.path)) return;
      end();
      listen();
    },
    close: end,
  };
}
