import { test, expect, describe } from "vitest";
import type { ServerToAgent } from "../../src/opamp-client/wire/messages.ts";
import { report } from "../../src/supervisor/core/report/full-report.ts";
import { withConfig, initialState } from "../../src/supervisor/core/state/state.ts";
import { remoteOf, baseLayer, configText, uid } from "../helpers/core/core-samples.ts";
import { type World, createWorld } from "../helpers/core/world.ts";
import { both, inTurn, offerOf, sent, groups, statuses, started } from "./fake-server.ts";
import { profile, settledWorld, supervised, changesOfAgent } from "./supervised.ts";

type Entry = readonly [string, { readonly body?: Uint8Array; readonly contentType?: string }];

function entries(world: World): readonly Entry[] {
  return [...(report(world.state(), profile).effectiveConfig?.configMap?.configMap ?? [])];
}

function textOf(world: World): string {
  return new TextDecoder().decode(entries(world)[0]?.[1].body);
}

test("C-113 what is reported is all layers joined, exactly as the agent has it", () => {
  const world = settledWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(textOf(world)).toContain("nop/base");
  expect(textOf(world)).toContain("nop/one");
  expect(textOf(world)).toBe(world.running()[0]?.text);
});

test("C-113 a refused offer is not in it", () => {
  const world = settledWorld({ refuses: (text) => (text.includes("nop/bad") ? "no" : undefined) });
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(1_000);
  expect(textOf(world)).not.toContain("nop/bad");
});

test("C-115 C-127 it is one entry, and YAML", () => {
  const all = entries(settledWorld());
  expect(all).toHaveLength(1);
  expect(all[0]?.[1].contentType).toBe("text/yaml");
});

test("C-116 references to the environment stay references", () => {
  const secret = "exporters:\n  nop:\n    token: ${env:TOKEN}\n";
  const local = [baseLayer(configText("base")), { ...baseLayer(secret), name: "more.yaml" }];
  const world = createWorld(
    withConfig(initialState(uid), { local }),
    {},
    { environment: new Map([["TOKEN", "s3cret"]]) },
  );
  world.pass(1_000);
  expect(textOf(world)).toContain("token: ${env:TOKEN}");
  expect(textOf(world)).not.toContain("s3cret");
});

describe.each(both)("over %s", (over) => {
  test("C-114 C-123 an offer of what runs already brings its status and nothing else", async () => {
    const text = configText("one");
    const answer = inTurn<ServerToAgent>(offerOf("1", text), {}, {}, offerOf("2", text));
    const { server, world } = await supervised(
      over,
      { reply: () => answer() ?? {} },
      { heartbeatIntervalMs: 15 },
    );
    const applied = (hash: string) => (): boolean =>
      sent(server).some(
        ({ remoteConfigStatus: status }) =>
          status?.status === 1 && new TextDecoder().decode(status.lastRemoteConfigHash) === hash,
      );
    await server.seen.until(applied("1"));
    const before = server.messages().length;
    await server.seen.until(applied("2"));
    expect(changesOfAgent(world)).toBe(1);
    const later = groups(server).slice(before).flat();
    expect(new Set(later)).toEqual(new Set(["remoteConfigStatus"]));
    expect(statuses(server).at(-1)).toBe(1);
  });

  test("C-115 the type reaches the server", async () => {
    const { effectiveConfig } = report(settledWorld().state(), profile);
    const first = { ...report(settledWorld().state(), profile) };
    const { server, received } = await started(over, {}, {}, first);
    await received(1);
    expect(sent(server)[0]?.effectiveConfig).toEqual(effectiveConfig);
  });
});
