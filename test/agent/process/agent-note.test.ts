import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { writeNote, readNote } from "../../../src/agent/process/agent-note.ts";
import { identityOf } from "../../../src/processes/process-identity.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const particulars = { run: 7, generation: 3, startedAt: 5, endpoint: { port: 1, secret: "s" } };

test("a note is read as it was written, by its owner alone", () => {
  const path = join(temporaryFolder(), "agent.json");
  writeNote(path, process.pid, particulars);
  expect(readNote(path)).toEqual({ process: identityOf(process.pid), particulars });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("where nobody may go on with the process the note names it and no more", () => {
  const path = join(temporaryFolder(), "agent.json");
  writeNote(path, process.pid, undefined);
  expect(readNote(path)).toEqual({ process: identityOf(process.pid), particulars: undefined });
});

test.each(["", "{", "null", '{"pid":1}', '{"pid":"x"}'])("%j is no note", (text) => {
  const path = join(temporaryFolder(), "agent.json");
  writeFileSync(path, text);
  expect(readNote(path)).toBeUndefined();
});
