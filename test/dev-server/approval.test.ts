import { expect, test } from "vitest";
import { AgentCapability, ConfigStatus } from "../../src/opamp-client/wire/messages.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { ask, greeting } from "./console/console-api.ts";
import { bare, connect, poll, postRaw, startServer, uidOf, httpUrl } from "./raw-agent.ts";

const uid = uidToText(uidOf(1));
const path = `/api/agents/${uid}/approval`;
const authorization = "Bearer correct-horse-battery-staple";
const withHeader = { headers: { authorization } };
const hello = greeting(1, "web-1");
const takes =
  hello.capabilities |
  AgentCapability.AcceptsOpampConnectionSettings |
  AgentCapability.ReportsConnectionSettingsStatus;
const greets = { ...hello, capabilities: takes };

test("S-067 a person approves an agent without credentials, and it comes back with those that it is offered", async () => {
  const { server } = await startServer({ authorization, takesGuests: true });
  const guest = await connect(server.opampUrl);
  await guest.ask(greets);
  const shown = await ask(server, "GET", `/api/agents/${uid}`);
  expect(shown.body).toMatchObject({
    guest: { is: "waiting", from: "127.0.0.1" },
    actions: { restart: { why: "The agent waits to be approved." } },
  });
  expect((await ask(server, "POST", `/api/agents/${uid}/config`, { config: "a: 1" })).body).toEqual(
    {
      is: "waiting",
      why: "the agent waits to be approved",
    },
  );
  const elsewhere = await ask(server, "POST", path, { approve: true, from: "10.0.0.1" });
  expect(elsewhere.body).toMatchObject({ is: "refused" });
  const approved = await ask(server, "POST", path, { approve: true, from: "127.0.0.1" });
  expect(approved.body).toEqual({ is: "pushed" });
  const { connectionSettings } = await guest.next();
  expect(connectionSettings?.opamp?.headers?.headers).toEqual([
    { key: "Authorization", value: authorization },
  ]);
  const status = { lastConnectionSettingsHash: connectionSettings!.hash!, errorMessage: "" };
  const applying = { ...status, status: ConfigStatus.Applying };
  const known = await connect(server.opampUrl, withHeader);
  const proof = { ...bare(1, 1n, takes), connectionSettingsStatus: applying };
  // What was wanted of it meanwhile is there as soon as it is let in.
  const first = await known.ask(proof);
  expect(first.errorResponse).toBeUndefined();
  guest.socket.terminate();
  await server.waitFor(([agent]) => agent?.history.at(-1)?.kind === "connected", 10_000);
  const applied = { ...status, status: ConfigStatus.Applied };
  await known.ask({ ...bare(1, 2n, takes), connectionSettingsStatus: applied });
  const page = await ask(server, "GET", `/api/agents/${uid}`);
  expect(page.body["guest"]).toBeUndefined();
  expect(JSON.stringify(page.body)).not.toContain("correct-horse");
  const late = await connect(server.opampUrl);
  expect((await late.ask(bare(1, 3n, takes))).errorResponse?.errorMessage).toContain(
    "has come with credentials before",
  );
});

test("over plain HTTP the credentials come with the answer to the next message", async () => {
  const { server } = await startServer({ authorization, takesGuests: true });
  expect((await poll(server, greets)).connectionSettings).toBeUndefined();
  expect((await ask(server, "POST", path, { approve: true })).body["is"]).toBe("waiting");
  const offered = (await poll(server, bare(1, 1n, takes))).connectionSettings;
  expect(offered?.opamp?.headers?.headers?.[0]?.value).toBe(authorization);
});

test("wrong credentials are no way in, a guest gets no file and no place for log lines, and without the option nobody is a guest", async () => {
  const { server } = await startServer({ authorization, takesGuests: true });
  await expect(
    connect(server.opampUrl, { headers: { authorization: "Bearer wrong" } }),
  ).rejects.toThrow("401");
  const logs = httpUrl(server).replace("/v1/opamp", "/v1/logs");
  const sent = await fetch(logs, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"resourceLogs":[]}',
  });
  expect(sent.status).toBe(401);
  const strict = await startServer({ authorization });
  await expect(connect(strict.server.opampUrl)).rejects.toThrow("401");
  expect((await postRaw(strict.server, new Uint8Array())).status).toBe(401);
});

test("whom a person refuses is sent away and kept out, also after a restart of the server", async () => {
  const state = { path: `${temporaryFolder()}/state.sqlite` };
  const { server } = await startServer({ authorization, takesGuests: true, state });
  const guest = await connect(server.opampUrl);
  await guest.ask(greets);
  expect((await ask(server, "POST", path, { approve: false })).body).toEqual({ is: "pushed" });
  expect(await guest.closed).toBe(1008);
  await server.close();
  const { server: again } = await startServer({ authorization, takesGuests: true, state });
  const back = await connect(again.opampUrl);
  expect((await back.ask(greets)).errorResponse?.errorMessage).toBe(
    "a person has refused this agent",
  );
  expect((await ask(again, "DELETE", `/api/agents/${uid}`)).status).toBe(200);
  expect((await back.ask(greets)).errorResponse).toBeUndefined();
});

test.each([[{}], [{ approve: "yes" }], [{ approve: true, from: 1 }], [null], ["x"]])(
  "%j is no word about an agent",
  async (body) => {
    const { server } = await startServer({ authorization, takesGuests: true });
    await poll(server, greets);
    const { status, body: answer } = await ask(server, "POST", path, body);
    expect([status, answer["error"]]).toEqual([
      400,
      'expected {"approve": true or false}, and "from" as a text where it is there',
    ]);
  },
);

test("a new agent gets what its group has when it was approved, and a rollout leaves guests alone", async () => {
  const { server } = await startServer({ authorization, takesGuests: true });
  await ask(server, "PUT", "/api/configurations/all", { config: "a: 1" });
  await ask(server, "PUT", "/api/groups/web", { query: "host=web-*", configuration: "all" });
  await poll(server, greets);
  const what = { configuration: "all", version: 1 };
  const preview = await ask(server, "POST", "/api/rollouts/preview", { to: { all: true }, what });
  expect(preview.body["agents"]).toMatchObject([{ uid, why: "it was not approved" }]);
  const rollout = await ask(server, "POST", "/api/rollouts", { to: { all: true }, what });
  expect(rollout.status).toBe(409);
  expect(server.agents()[0]?.offer).toBeUndefined();
  await ask(server, "POST", path, { approve: true });
  await server.waitFor(([agent]) => agent?.offer !== undefined, 10_000);
});
