import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentsOf } from "../../../src/cli/dev/dev-agents.ts";
import type { CliSurroundings } from "../../../src/cli/surroundings.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function inFolder(): { readonly surroundings: CliSurroundings; readonly folder: string } {
  const folder = temporaryFolder();
  const surroundings = { workingDirectory: folder } as unknown as CliSurroundings;
  return { surroundings, folder };
}

test("agents have to know the token in a file, and may be approved without it", () => {
  const { surroundings, folder } = inFolder();
  writeFileSync(join(folder, "token"), "correct-horse-battery-staple\n");
  const authorization = "Bearer correct-horse-battery-staple";
  const wish = { agentTokenFile: "token" };
  expect(agentsOf({}, surroundings)).toEqual({});
  expect(agentsOf(wish, surroundings)).toEqual({ authorization, takesGuests: false });
  const approving = agentsOf({ ...wish, approveAgents: true }, surroundings);
  expect(approving).toEqual({ authorization, takesGuests: true });
});

test("who approves agents needs something to offer them, and what is no token is not shown", () => {
  const { surroundings, folder } = inFolder();
  expect(agentsOf({ approveAgents: true }, surroundings)).toContain("--agent-token-file FILE");
  writeFileSync(join(folder, "token"), "planted short");
  const answer = agentsOf({ agentTokenFile: "token" }, surroundings);
  expect(answer).toContain("expected a token of at least 16 characters without blanks in token");
  expect(answer).not.toContain("planted");
  expect(agentsOf({ agentTokenFile: "none" }, surroundings)).toContain("expected a token in none");
});
