import { rmSync } from "node:fs";
import { exitCode } from "../exit.ts";
import type { CliSurroundings } from "../surroundings.ts";
import {
  carriedPath,
  holdPath,
  notePath,
  ownUnit,
  propertyOf,
  systemctl,
  takenOver,
  uninterrupted,
} from "./system-units.ts";

/** Has the collector run in its own unit again; gives back the exit code. */
export function giveBack(dryRun: boolean, { out, err }: CliSurroundings): number {
  const note = takenOver();
  if (note === undefined) {
    err(`opampsupervisor: nothing is taken over: there is no ${notePath}\n`);
    return exitCode.couldNotRun;
  }
  const { unit, wasEnabled } = note;
  const removed = [holdPath(unit), carriedPath];
  const orders = [
    ["stop", ownUnit],
    ...(wasEnabled ? [] : [["disable", ownUnit]]),
    ["daemon-reload"],
    ["start", unit],
  ];
  if (dryRun) {
    out([...orders.map((each) => `run     systemctl ${each.join(" ")}\n`)].join(""));
    out([...removed, notePath].map((path) => `remove  ${path}\n`).join(""));
    return exitCode.stopped;
  }
  uninterrupted();
  // Before anything is stopped: from here on that unit can be started, whatever becomes of us.
  for (const path of removed) rmSync(path, { force: true });
  for (const order of orders) {
    const { ok, output } = systemctl(...order);
    if (!ok) err(`opampsupervisor: systemctl ${order.join(" ")}: ${output}\n`);
  }
  if (propertyOf(unit, "ActiveState") !== "active") {
    err(`opampsupervisor: ${unit} does not run: see systemctl status ${unit}\n`);
    return exitCode.couldNotRun;
  }
  rmSync(notePath, { force: true });
  out(`${unit} runs its collector again; supervisor.yaml and the storage are left as they are\n`);
  return exitCode.stopped;
}
