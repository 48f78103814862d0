import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { brief, createAgentFolder, settingsOf } from "./supervisor/settings/fixture-folder.ts";

const docs = readFileSync(join(import.meta.dirname, "../docs/credentials.md"), "utf8");

test("the settings in docs/credentials.md are good, but for files that are not there yet", () => {
  const blocks = [...docs.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = ""]) => block);
  expect(blocks.length).toBeGreaterThan(1);
  for (const block of blocks) {
    const read = createAgentFolder().read(block);
    settingsOf(read);
    expect(brief(read.problems).filter((each) => !each.startsWith("warning file-missing"))).toEqual(
      [],
    );
  }
});
