import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { statusAnswer } from "../src/supervisor/core/report/status/status-answer.ts";
import type { OfferedPackage } from "../src/supervisor/core/state/packages.ts";
import {
  type State,
  withConfig,
  withExtension,
  withPackages,
} from "../src/supervisor/core/state/state.ts";
import { wallTime } from "../src/supervisor/core/state/wall-clock.ts";
import { policy, remoteOf } from "./helpers/core/core-samples.ts";
import { quarantinedWorld } from "./helpers/core/running-world.ts";
import { host, momentOf } from "./helpers/core/status.ts";
import type { World } from "./helpers/core/world.ts";

const page = readFileSync(join(import.meta.dirname, "../docs/status.md"), "utf8");

const offered: OfferedPackage = {
  ...{ name: "tools", kind: "addon", version: "2", hash: "aa", problem: undefined },
  file: { url: "https://host/tools", contentHash: "bb", signature: undefined, headers: [] },
};

/** A state with something in each place. */
function fullState(world: World): State {
  const { config, packages } = world.state();
  const held = { remote: remoteOf("later"), superseded: 0 };
  const directory = "/var/lib/opampsupervisor/packages/tools";
  const addon = { ...{ name: "tools", version: "1", hash: "cc", contentHash: "dd" }, directory };
  const part = {
    healthy: true,
    componentHealthMap: new Map([["receiver:otlp", { healthy: true }]]),
  };
  const good = config.good && {
    ...config.good,
    config: { ...config.good.config, warnings: ["a warning"] },
  };
  const state = withConfig(world.state(), { held, target: good });
  const binary = { path: "/usr/bin/former", facts: undefined };
  return withExtension(
    withPackages(state, {
      ...packages,
      offer: { allHash: "ee", packages: [offered], problem: undefined },
      installed: [{ ...addon, kind: "addon", executable: undefined }],
      earlier: { binary, until: wallTime(1e12) },
    }),
    { health: { healthy: true, componentHealthMap: new Map([["pipeline:traces", part]]) } },
  );
}

/** Every path to a value; `[]` stands for each item of a list. */
function pathsIn(value: unknown, path = ""): readonly string[] {
  if (path === "agent.components[].components") return [path];
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => pathsIn(one, `${path}[]`)))];
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, one]) =>
    pathsIn(one, path === "" ? key : `${path}.${key}`),
  );
}

test("the page names each field of an answer, and no other", () => {
  const world = quarantinedWorld();
  world.pass(70_000);
  world.crash();
  world.pass(5_000);
  const certificate = { use: "server.tls.ca", file: "/ca.pem", subject: "CN=ca" } as const;
  const certificates = [{ ...certificate, expiresAt: wallTime(1e12) }];
  const around = { ...host, certificates };
  const answer = statusAnswer(fullState(world), policy, momentOf(world), around);
  const named = [...page.matchAll(/^\| `([a-z][\w.[\]]*)` +\|/gim)].map(([, name = ""]) => name);
  const fields = named.filter((name) => !["none"].includes(name));
  const listed = fields.filter((name) => /^(?:schema|at)$|\./.test(name) || name.endsWith("[]"));
  const others = ["Healthy", "Starting", "Degraded", "Failing", "Stopping"];
  expect(listed.toSorted()).toEqual([...pathsIn(answer)].toSorted());
  expect(fields.filter((name) => !listed.includes(name) && !others.includes(name))).toEqual([]);
});
