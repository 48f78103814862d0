import { test, expect } from "vitest";
import { headersNow } from "../../../src/supervisor/credentials/headers-now.ts";
import { openLog } from "../../../src/supervisor/log/log.ts";
import { complete, settingsOf, createAgentFolder } from "../settings/fixture-folder.ts";

const { log } = openLog({ level: "fatal", outputPaths: [], encoding: "json" }, false);

function askerFor(lines: string, sections = ""): ReturnType<typeof headersNow> {
  const text = complete("", sections).replace("agent:", `${lines}agent:`);
  const { server } = settingsOf(createAgentFolder().read(text));
  return headersNow(server, new Map([["PATH", process.env["PATH"] ?? ""]]), log);
}

test.each([
  ["", ""],
  ["  headers: {A: b}\n", ""],
  ["  auth: nop\n", "extensions: {nop: }\n"],
])("nobody is asked where nothing can change: %j", (lines, sections) => {
  expect(askerFor(lines, sections)).toBeUndefined();
});

test("what can change is asked for, beside the headers of the settings", async () => {
  const asker = askerFor(
    "  headers: {X-Tenant: blue}\n  header_commands: {X-Key: [echo, green]}\n  auth: basicauth\n",
    "extensions: {basicauth: {client_auth: {username: a, password: b}}}\n",
  );
  expect(await asker?.({ endpoint: "", denied: false, failures: 0 })).toEqual(
    new Map([
      ["X-Tenant", ["blue"]],
      ["X-Key", ["green"]],
      ["Authorization", [`Basic ${btoa("a:b")}`]],
    ]),
  );
});
