import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { commands } from "../src/cli.ts";
import { createAgentFolder, settingsOf, brief } from "./supervisor/settings/fixture-folder.ts";

const folder = join(import.meta.dirname, "../docs");

function settingsIn(page: string): readonly string[] {
  const text = readFileSync(join(folder, page), "utf8");
  const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = ""]) => block);
  return blocks.filter((block) => /^(server|agent):/m.test(block));
}

const pages = readdirSync(folder).filter((page) => settingsIn(page).length > 0);

test.each(pages)(
  "the settings in docs/%s are good, but for files that are not there yet",
  (page) => {
    for (const block of settingsIn(page)) {
      // Some show one part only.
      const server = "server:\n  endpoint: ws://127.0.0.1:4320\n";
      const text = /^server:/m.test(block) ? block : `${server}${block}`;
      const agent = /^ {2}executable:/m.test(text)
        ? text.replace(/executable: \/\S+/, "executable: ./otelcol")
        : text.replace("agent:\n", "agent:\n  executable: ./otelcol\n");
      const host = createAgentFolder();
      host.write("local.yaml", "");
      const root = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
      host.write("trusted_root.json", JSON.stringify({ mediaType: root }));
      const read = host.read(agent);
      settingsOf(read);
      expect(
        brief(read.problems).filter((each) => !each.startsWith("warning file-missing")),
      ).toEqual([]);
    }
  },
);

/** The first word after the program's name, of every command line in a page. */
function commandsIn(path: string): readonly string[] {
  const text = readFileSync(path, "utf8");
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    [...block.matchAll(/^(?:npx )?opampsupervisor (\S+)/gm)].map(([, word = ""]) => word),
  );
}

test("every command in the pages is one that there is", () => {
  const known = commands().commands.map((each) => each.name());
  const all = readdirSync(folder).filter((page) => page.endsWith(".md"));
  const used = all.flatMap((page) => commandsIn(join(folder, page)));
  expect(used).toContain("check");
  const unknown = used.filter((word) => !word.startsWith("--") && !known.includes(word));
  expect(unknown).toEqual([]);
});

test("there are such pages", () => {
  expect(pages).toContain("connections.md");
  expect(pages).toContain("migrate.md");
});
