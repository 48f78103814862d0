import { existsSync } from "node:fs";
import { controlPath } from "./control/control-path.ts";
import { openControlSocket } from "./control/control-socket.ts";
import { packageList, pinAnswer, rollbackAnswer } from "./core/report/package-answers.ts";
import { retryAnswer } from "./core/report/retry-answer.ts";
import type { CoreSettings } from "./core/state/core-settings.ts";
import type { Fact } from "./core/state/event.ts";
import type { State } from "./core/state/state.ts";
import { healthAnswer } from "./health-page/health-answers.ts";
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
  core: () => CoreSettings,
  log: Logger,
): Commands {
  const place = controlPath(directory);
  let close: (() => void) | undefined;
  const changed =
    (fact: Fact, answer: (before: State, after: State) => string): (() => unknown) =>
    () => {
      const before = loop.state();
      loop.post(fact);
      return { message: answer(before, loop.state()) };
    };
  const answers = new Map<string, () => unknown>([
    ["POST /retry", changed({ on: "retry-asked" }, retryAnswer)],
    ["GET /health", () => healthAnswer("/health", loop.state())],
    ["GET /readyz", () => healthAnswer("/readyz", loop.state())],
    ["GET /packages", () => packageList(loop.state(), core())],
    ["POST /packages/rollback", changed({ on: "package-rollback-asked" }, rollbackAnswer)],
    ["POST /packages/pin", changed({ on: "package-pinned", pinned: true }, pinAnswer)],
    ["POST /packages/unpin", changed({ on: "package-pinned", pinned: false }, pinAnswer)],
  ]);
  const listen = (): void => {
    close = openControlSocket(place, answers, (reason) =>
      log.warn(
        { reason },
        "no control socket: this supervisor cannot be asked anything by a command",
      ),
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
