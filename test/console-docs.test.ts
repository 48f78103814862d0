import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { uidToText } from "../src/opamp-client/wire/instance-uid.ts";
import { AgentCapability } from "../src/opamp-client/wire/messages.ts";
import { bare, connect, fullCapabilities, startServer, uidOf } from "./dev-server/raw-agent.ts";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { blocksOf } from "./helpers/docs/markdown.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const path = "docs/console.md";
const text = readFileSync(join(import.meta.dirname, "..", path), "utf8");
const lines = blocksOf({ path, text })
  .filter(({ mark }) => mark === "run by test/console-docs.test.ts")
  .flatMap((block) => block.text.trim().split("\n"));

function isThere(program: string): boolean {
  try {
    execFileSync(program, ["--version"]);
    return true;
  } catch {
    return false;
  }
}

test.runIf(isThere("curl"))("what docs/console.md has curl ask is answered", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  const takesAddresses = AgentCapability.AcceptsOpampConnectionSettings;
  await agent.ask(bare(1, 0n, fullCapabilities | takesAddresses));
  const folder = temporaryFolder();
  writeFileSync(join(folder, "collector.yaml"), "receivers: {otlp: {protocols: {grpc: }}}\n");
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) {
    const command = line
      .replace("http://127.0.0.1:4321", new URL(server.pageUrl).origin)
      .replace("INSTANCE_ID", uidToText(uidOf(1)));
    const { stdout } = await promisify(execFile)("sh", ["-c", command], { cwd: folder });
    const answer: unknown = JSON.parse(stdout);
    expect(answer, line).not.toHaveProperty("error");
    expect(answer, line).not.toMatchObject({ is: "refused" });
  }
});
