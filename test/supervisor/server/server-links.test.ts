import { onTestFinished, test, expect } from "vitest";
import { initialState, type State } from "../../../src/supervisor/core/state/state.ts";
import { inUse } from "../../../src/supervisor/inputs/in-use.ts";
import { createServerLinks } from "../../../src/supervisor/server/server-links.ts";
import { startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";
import { binary, uid } from "../../helpers/core/core-samples.ts";
import { keptLog } from "../../helpers/log-lines.ts";
import { complete, createAgentFolder, settingsOf } from "../settings/fixture-folder.ts";

const stranger = initialState(uid);
const known: State = { ...stranger, identity: { ...stranger.identity, binary } };

async function linked(first: State) {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  const text = complete().replace("ws://127.0.0.1:4320/v1/opamp", server.wsUrl);
  const use = inUse(settingsOf(createAgentFolder().read(text)), new Map(), []);
  const { log } = keptLog();
  const owner = {
    now: () => use,
    state: () => first,
    post: () => undefined,
    environment: new Map<string, string>(),
    log,
  };
  const links = createServerLinks(owner, first);
  onTestFinished(() => links.stop());
  links.start();
  const message = async (number: number) => (await server.message(number)).message;
  return { server, links, message };
}

const attributesOf = (
  message: Awaited<ReturnType<Awaited<ReturnType<typeof linked>>["message"]>>,
) =>
  Object.fromEntries(
    (message.agentDescription?.identifyingAttributes ?? []).map(({ key, value }) => [
      key,
      value?.stringValue,
    ]),
  );

test("the first message names the agent and its health at once where both are known", async () => {
  const { message } = await linked(known);
  const first = await message(1);
  expect(attributesOf(first)).toMatchObject({
    "service.name": binary.name,
    "service.version": binary.version,
  });
  // False is what a message without the field says.
  expect(first.health).toEqual({ status: "starting" });
});

test("the first message waits until the binary has said who the agent is, with the connection made", async () => {
  const { server, links, message } = await linked(stranger);
  await server.connection(1);
  links.tell({ ...stranger, identity: { ...stranger.identity, asking: true } });
  links.tell(known);
  const first = await message(1);
  expect(attributesOf(first)).toMatchObject({ "service.version": binary.version });
});

test("a binary that says nothing in half a second holds the first message up no longer", async () => {
  const { message } = await linked(stranger);
  expect(attributesOf(await message(1))).toMatchObject({ "service.name": "otelcol" });
});
