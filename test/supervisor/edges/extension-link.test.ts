import { once } from "node:events";
import { onTestFinished, test, expect } from "vitest";
import { WebSocket } from "ws";
import { localPath } from "../../../src/agent/extension/local-endpoint.ts";
import { tokenHeader } from "../../../src/agent/extension/local-token.ts";
import { encodeAgentToServer, decodeServerToAgent } from "../../../src/opamp-client/wire/codec.ts";
import { addFrameHeader, readFrame } from "../../../src/opamp-client/wire/ws-frame.ts";
import type { Fact } from "../../../src/supervisor/core/state/event.ts";
import { createExtensionLink } from "../../../src/supervisor/edges/extension-link.ts";
import type { Logger } from "../../../src/supervisor/log/log.ts";
import { createEventLog } from "../../helpers/event-log.ts";

interface Line {
  readonly level: string;
  readonly message: string;
}

async function start() {
  const facts = createEventLog<Fact>();
  const lines: Line[] = [];
  const at =
    (level: string) =>
    (_fields: unknown, message: string): void =>
      void lines.push({ level, message });
  const log = { warn: at("warn"), debug: at("debug") } as unknown as Logger;
  const link = createExtensionLink({ port: 0, secret: "word" }, log, (fact) => facts.add(fact));
  await link.listen();
  onTestFinished(() => link.close());
  return { link, facts, lines };
}

async function connectWith(variables: Readonly<Record<string, string>>): Promise<WebSocket> {
  const { OPAMPSUPERVISOR_LOCAL_PORT: port = "", OPAMPSUPERVISOR_LOCAL_SECRET: token = "" } =
    variables;
  const headers = { [tokenHeader]: token };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${localPath}`, { headers });
  onTestFinished(() => socket.terminate());
  socket.on("error", () => undefined);
  await Promise.race([once(socket, "open"), once(socket, "unexpected-response")]);
  return socket;
}

test("what the environment of a run holds lets it in, and its messages become facts", async () => {
  const { link, facts } = await start();
  const socket = await connectWith(link.variables(3));
  const message = { instanceUid: new Uint8Array(16), sequenceNum: 0n, capabilities: 1n };
  socket.send(addFrameHeader(encodeAgentToServer(message)));
  await facts.until((fact) => fact.on === "extension-reported");
  const got = once(socket, "message");
  link.say(3, { flags: 1n });
  const [data] = (await got) as [Buffer];
  expect(decodeServerToAgent(readFrame(data) ?? new Uint8Array())).toEqual({ flags: 1n });
  socket.close();
  await facts.until((fact) => fact.on === "extension-lost");
  expect(facts.all.map((fact) => [fact.on, "run" in fact && fact.run])).toEqual([
    ["extension-connected", 3],
    ["extension-reported", 3],
    ["extension-lost", 3],
  ]);
});

test("what a look at a configuration gets lets nobody in", async () => {
  const { link, facts } = await start();
  const socket = await connectWith(link.variables(undefined));
  expect(socket.readyState).not.toBe(socket.OPEN);
  expect(facts.all).toEqual([]);
});

test("strangers are warned of once, however many come", async () => {
  const { link, lines } = await start();
  for (let count = 0; count < 3; count += 1) await connectWith(link.variables(undefined));
  const levels = lines
    .filter(({ message }) => message.startsWith("turned away"))
    .map(({ level }) => level);
  expect(levels).toEqual(["warn", "debug", "debug"]);
});
