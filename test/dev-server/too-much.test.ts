import { join } from "node:path";
import { expect, test } from "vitest";
import type { DevServerEvent } from "../../src/dev-server/fleet/dev-server-event.ts";
import { createDevServer, type DevServer } from "../../src/dev-server/server.ts";
import type { AgentPage } from "../../src/dev-server/shapes/api-shapes.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { full } from "./conversation.ts";
import { pageDirectory, poll, uidOf } from "./raw-agent.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import type { AgentToServer } from "../../src/opamp-client/wire/messages.ts";

function running(byte: number, sequence: bigint, bytes: number): AgentToServer {
  const file = { body: new Uint8Array(bytes).fill(97), contentType: "text/yaml" };
  return {
    ...full(byte, sequence),
    effectiveConfig: { configMap: { configMap: new Map([["", file]]) } },
  };
}

async function pageOf(server: DevServer, byte: number): Promise<AgentPage> {
  const response = await fetch(new URL(`/api/agents/${uidToText(uidOf(byte))}`, server.pageUrl));
  return (await response.json()) as AgentPage;
}

test("an agent that asks for too much stays without it, its page says so, and the log once; also after a restart", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const said: DevServerEvent[] = [];
  const start = (maxHeldBytes: number): Promise<DevServer> =>
    createDevServer(
      { pageDirectory, opampPort: 0, pagePort: 0, state: { path }, maxHeldBytes },
      (event) => said.push(event),
    );
  const first = await start(3_000_000);
  await poll(first, running(1, 0n, 100));
  await poll(first, running(2, 0n, 2_000_000));
  await poll(first, running(3, 0n, 900_000));
  expect((await pageOf(first, 2)).tooMuch).toBeUndefined();
  for (const sequence of [1n, 2n]) await poll(first, running(2, sequence, 2_500_000));
  const big = await pageOf(first, 2);
  expect([big.effectiveConfig, big.tooMuch?.parts]).toEqual([
    [],
    ["description", "health", "effectiveConfig", "remoteConfigStatus"],
  ]);
  expect(big.tooMuch?.text).toContain("Too much to keep: 2.4 MiB with its description");
  for (const [byte, bytes] of [
    [1, 100],
    [3, 900_000],
  ] as const) {
    expect((await pageOf(first, byte)).effectiveConfig[0]?.text).toHaveLength(bytes);
  }
  const notices = said.filter(({ on }) => on === "too-much-to-keep");
  expect(notices).toEqual([
    { on: "too-much-to-keep", uid: uidToText(uidOf(2)), why: big.tooMuch?.text },
  ]);
  await first.close();
  const second = await start(500_000);
  expect((await pageOf(second, 3)).tooMuch?.text).toContain("0.9 MiB with what it runs");
  expect((await pageOf(second, 1)).tooMuch).toBeUndefined();
  await second.close();
});
