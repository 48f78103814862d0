import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { writeNote, readNote } from "../../../src/agent/process/agent-note.ts";
import { identityOf } from "../../../src/processes/process-identity.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const leader = identityOf(process.pid);
const processes = { leader, mark: "m", seen: identityOf(process.ppid), configPath: "/c.yaml" };
const particulars = { run: 7, generation: 3, startedAt: 5, endpoint: { port: 1, secret: "s" } };

test("a note is read as it was written, by its owner alone", () => {
  const path = join(temporaryFolder(), "agent.json");
  writeNote(path, processes, particulars);
  expect(readNote(path)).toEqual({ process: leader, processes, particulars });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("where nobody may go on with the process the note names it and no more", () => {
  const path = join(temporaryFolder(), "agent.json");
  writeNote(path, processes, undefined);
  expect(readNote(path)).toEqual({
    process: leader,
    processes,
    particulars: undefined,
  });
});

test.each(["", "{", "null", '{"pid":1}', '{"pid":"x"}'])("%j is no note", (text) => {
  const path = join(temporaryFolder(), "agent.json");
  writeFileSync(path, text);
  expect(readNote(path)).toBeUndefined();
});

test("a note of an older supervisor names the process alone", () => {
  const path = join(temporaryFolder(), "agent.json");
  writeFileSync(path, JSON.stringify(leader));
  expect(readNote(path)?.processes).toEqual({ leader, mark: "", seen: undefined, configPath: "" });
});
