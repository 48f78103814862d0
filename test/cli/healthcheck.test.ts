import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { healthcheck } from "../../src/cli/healthcheck.ts";
import { controlPath } from "../../src/supervisor/control/control-path.ts";
import { openControlSocket } from "../../src/supervisor/control/control-socket.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { heard } from "../helpers/cli/heard.ts";

const settings = `server: {endpoint: "ws://127.0.0.1:1"}
storage: {directory: storage}
agent: {mode: attach, attach: {config_path: /shared/effective.yaml, executable: otelcol}}
`;

/** A folder with settings, where a supervisor answers what is given here. */
function place(answers: Readonly<Record<string, unknown>> | undefined, text = settings) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "storage"));
  writeFileSync(join(folder, "supervisor.yaml"), text);
  if (answers !== undefined) {
    const map = new Map(Object.entries(answers).map(([path, one]) => [`GET ${path}`, () => one]));
    const path = controlPath(join(folder, "storage"));
    onTestFinished(openControlSocket(path, map, (reason) => expect.fail(reason)));
  }
  return (ready = false, config = "supervisor.yaml", variables = {}) =>
    heard(folder, variables, (said) => healthcheck({ config, ready }, said));
}

const well = { status: 200, text: "well" };
const ill = { status: 503, text: "the agent is not healthy" };

test("the exit code says how the supervisor is, or with --ready the agent", async () => {
  const ask = place({ "/health": well, "/readyz": ill });
  expect(await ask()).toEqual({ code: 0, out: "well\n", err: "" });
  expect(await ask(true)).toEqual({ code: 1, out: "the agent is not healthy\n", err: "" });
});

test("settings that were spoilt since then make no running supervisor ill", async () => {
  const ask = place({ "/health": well }, `${settings}unknown_key: 1\n`);
  expect((await ask()).code).toBe(0);
});

test("settings in a variable do, as in a container that has no file; no layer of theirs is fetched", async () => {
  const ask = place({ "/health": well });
  const text = `${settings.trimEnd().replace(/}$/, "")}, config_files: ["env:NOT_THERE"]}\n`;
  const variable = { SETTINGS: text };
  expect(await ask(false, "env:SETTINGS", variable)).toEqual({ code: 0, out: "well\n", err: "" });
  expect((await ask(false, "env:NOT_THERE")).code).toBe(2);
});

test("without a supervisor it fails, and says where one was looked for", async () => {
  await expect(place(undefined)()).rejects.toThrow("expected a running supervisor at");
});

test.each(["", "a: [", "- 1\n"])(
  "a file that is no settings (%j) ends with code 2",
  async (text) => {
    const { code, err } = await place({ "/health": well }, text)();
    expect(code).toBe(2);
    expect(err).toContain("supervisor.yaml");
  },
);

test("an answer that is none counts as ill", async () => {
  expect((await place({ "/health": "what?" })()).code).toBe(1);
});
