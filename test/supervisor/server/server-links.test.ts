import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import type { AgentToServer } from "../../../src/opamp-client/wire/messages.ts";
import type { Fact } from "../../../src/supervisor/core/state/event.ts";
import { initialState, type State } from "../../../src/supervisor/core/state/state.ts";
import { inUse } from "../../../src/supervisor/inputs/in-use.ts";
import { createServerLinks } from "../../../src/supervisor/server/server-links.ts";
import { readSettings } from "../../../src/supervisor/settings/read/read-settings.ts";
import { createEventLog } from "../../helpers/event-log.ts";
import { startFakeServer } from "../../helpers/fake-opamp-server.ts";
import { keptLog } from "../../helpers/log-lines.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { uid } from "../../helpers/core-samples.ts";

test("a server that forgets an agent when a connection of it closes is told everything on the new one", async () => {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  writeFileSync(
    file,
    `server: { endpoint: "${server.wsUrl}" }\nagent: { executable: /bin/true }\nstorage: { directory: ${folder} }\n`,
  );
  const { settings } = readSettings(file, new Map(), folder);
  if (settings === undefined) throw new Error("the settings should be right");
  const facts = createEventLog<Fact>();
  const now = inUse(settings, new Map(), []);
  const state: State = initialState(uid);
  const { log } = keptLog();
  const links = createServerLinks(
    {
      now: () => now,
      state: () => state,
      post: (fact) => facts.add(fact),
      environment: new Map(),
      log,
    },
    state,
  );
  onTestFinished(links.stop);
  links.start();
  await server.message(1);
  const offered = {
    ...{ endpoint: server.wsUrl, headers: [], certificate: undefined, tls: undefined },
    ...{ proxy: undefined, heartbeatSeconds: undefined },
  };
  links.prove(offered);
  await facts.until((fact) => fact.on === "server-proved");
  links.use(offered);
  const closed = await server.seen.until((one) => one.saw === "close");
  expect(closed.number).toBe(1);
  const isFull = (message: AgentToServer): boolean => message.agentDescription !== undefined;
  const again = await server.seen.until(
    (one) => one.saw === "message" && one.number === 2 && one.at > closed.at && isFull(one.message),
  );
  expect(again).toMatchObject({ saw: "message", number: 2 });
});
