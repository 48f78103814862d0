import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { commands } from "../src/cli.ts";
import { makeCertificate } from "../src/dev-server/connections/self-signed.ts";
import { blocksOf } from "./helpers/docs/markdown.ts";
import { createAgentFolder, settingsOf, brief } from "./supervisor/settings/fixture-folder.ts";

const certificate = makeCertificate(Date.now());
const folder = join(import.meta.dirname, "../docs");

function settingsIn(page: string): readonly string[] {
  const text = readFileSync(join(folder, page), "utf8");
  return blocksOf({ path: page, text })
    .filter((block) => block.language === "yaml" && /^(server|agent):/m.test(block.text))
    .map((block) => block.text);
}

const all = readdirSync(folder).filter((page) => page.endsWith(".md"));
const pages = all.filter((page) => settingsIn(page).length > 0);

test.each(pages)(
  "the settings in docs/%s are good, but for files that are not there yet",
  (page) => {
    for (const block of settingsIn(page)) {
      // Some show one part only.
      const server = "server:\n  endpoint: ws://127.0.0.1:4320\n";
      const text = /^server:/m.test(block) ? block : `${server}${block}`;
      const written = /^ {2}executable:/m.test(text)
        ? text.replace(/executable: \/\S+/, "executable: ./otelcol")
        : text.replace("agent:\n", "agent:\n  executable: ./otelcol\n");
      // What would be fetched stands here as if it had been.
      const agent = written
        .replaceAll(/\$\{(?:ssm|secretsmanager):[^}]*\}/g, "abc")
        .replaceAll(/s3:\/\/[^,"\]]+/g, "local.yaml");
      const host = createAgentFolder();
      host.write("local.yaml", "");
      const root = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
      host.write("trusted_root.json", JSON.stringify({ mediaType: root }));
      host.write("authority.pem", certificate.cert);
      host.write("client.pem", certificate.cert);
      host.write("client-key.pem", certificate.key);
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
  const blocks = [...text.matchAll(/```(?:sh|console)\n(.*?)```/gs)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    [...block.matchAll(/^(?:\$ )?(?:npx )?opampsupervisor (\S+)/gm)].map(([, word = ""]) => word),
  );
}

test("every command in the pages is one that docs/commands.md lists, and that lists all there are", () => {
  const page = readFileSync(join(folder, "commands.md"), "utf8");
  const listed = [...page.matchAll(/^\| `opampsupervisor (\S+?)[ `=]/gm)].map(([, word]) => word);
  const known = commands().commands.map((each) => each.name());
  expect(known.filter((word) => word !== "help" && !listed.includes(word))).toEqual([]);
  const all = readdirSync(folder).filter((name) => name.endsWith(".md"));
  const used = all.flatMap((page) => commandsIn(join(folder, page)));
  expect(used).toContain("check");
  const unknown = used.filter((word) => !word.startsWith("--") && !known.includes(word));
  expect(unknown).toEqual([]);
});

test("there are such pages", () => {
  expect(pages).toContain("connections.md");
  expect(pages).toContain("migrate.md");
});
