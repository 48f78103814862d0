import { existsSync } from "node:fs";
import { controlPath } from "./control/control-path.ts";
import { openControlSocket } from "./control/control-socket.ts";
import { packageList, pinAnswer, rollbackAnswer } from "./core/report/package-answers.ts";
import { retryAnswer } from "./core/report/retry-answer.ts";
import { statusAnswer } from "./core/report/status/status-answer.ts";
import type { Fact } from "./core/state/event.ts";
import type { State } from "./core/state/state.ts";
import { systemClock as clock } from "./inputs/clocks.ts";
import type { InUse } from "./inputs/in-use.ts";
import { healthAnswer } from "./health-page/health-answers.ts";
import type { Logger } from "./log/log.ts";
import type { Loop } from "./loop.ts";
import { statusHost } from "./status-host.ts";

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
  now: () => InUse,
  version: string,
  log: Logger,
): Commands {
  const place = controlPath(directory);
  const begunAt = clock.now();
  let close: (() => void) | undefined;
  const changed =
    (fact: Fact, answer: (before: State, after: State) => string): (() => unknown) =>
    () => {
      const before = loop.state();
      loop.post(fact);
      return { message: answer(before, loop.state()) };
    };
  const answers = new Map<string, () => unknown>([
    [
      "GET /status",
      () => {
        const moment = { at: clock.now(), wall: clock.wall() };
        const { settings, core } = now();
        const host = statusHost(settings, directory, { version, begunAt });
        return statusAnswer(loop.state(), core, moment, host);
      },
    ],
    ["POST /retry", changed({ on: "retry-asked" }, retryAnswer)],
    ["GET /health", () => healthAnswer("/health", loop.state())],
    ["GET /readyz", () => healthAnswer("/readyz", loop.state())],
    ["GET /packages", () => packageList(loop.state(), now().core)],
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
