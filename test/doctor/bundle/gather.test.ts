import * as fc from "fast-check";
import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { gather } from "../../../src/doctor/bundle/gather.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { harmless, planted, secretYaml } from "../../helpers/doctor/secret-yaml.ts";
import { createFolder, settingsOf } from "../../supervisor/settings/fixture-folder.ts";

/** A secret as the settings have it: characters that mean something elsewhere, and nothing that gives it away. */
const secret = fc
  .stringMatching(/^[ab7Z/+=@:#%&?;"'\\[\]{}.\-_~]{6,14}$/)
  .map((text) => `zq9${text}`);
const written = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A value as others write it, whole. */
const forms: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => Buffer.from(text).toString("base64"),
  encodeURIComponent,
];
const around = fc.oneof(
  fc.constantFrom(...["", " ", "Bearer ", '{"a":"', "x=", "https://h/?q=", "\n", "token: ", "://"]),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);

test("whatever secrets there are, and wherever they turn up, none is in what is packed", () => {
  const folder = createFolder();
  mkdirSync(`${folder.path}/storage`);
  const saying = fc.record({
    which: fc.nat(2),
    form: fc.constantFrom(...forms),
    before: around,
    after: around,
  });
  fc.assert(
    fc.property(
      fc.tuple(secret, secret, secret),
      fc.array(saying, { minLength: 1, maxLength: 8 }),
      secretYaml,
      (secrets, sayings, yaml) => {
        const [header, variable, own] = secrets;
        const text = `# ${planted}
server:
  endpoint: ws://127.0.0.1:1
  headers: {X-Any: ${written(header)}, Authorization: "Bearer \${env:MY_TOKEN}"}
agent: {executable: ${agentPath("healthy")}, env: {ANY: ${written(own)}}}
storage: {directory: storage}
telemetry: {logs: {output_paths: [own.log]}}
`;
        const environment = { MY_TOKEN: variable };
        const settings = settingsOf(folder.read(text, environment));
        const said = sayings.map(
          ({ which, form, before, after }) => `${before}${form(secrets[which] ?? "")}${after}`,
        );
        const file = folder.write("supervisor.yaml", text);
        folder.write("own.log", `${harmless}\n${said.join("\n")}\n`);
        folder.write("storage/agent.log", `${harmless}\n${said.join(" ")}\n`);
        folder.write("storage/effective.yaml", yaml);
        const config = { files: [{ name: "", text: yaml }], why: said };
        folder.write("storage/journal.json", JSON.stringify({ config, [said[0] ?? ""]: 1 }));
        const files = gather({
          ...{ file, settings, version: "0", environment: new Map(Object.entries(environment)) },
          examination: { findings: said.map((found) => ({ found })) },
          status: { agent: { lastLines: said }, config },
        });
        expect(files.map(({ name }) => name)).toHaveLength(9);
        const all = files.map((each) => each.text).join("\n");
        for (const each of [planted, ...secrets.flatMap((one) => forms.map((form) => form(one)))]) {
          expect(all).not.toContain(each);
        }
        // Not a part of one either.
        for (const one of secrets) expect(all).not.toContain(one.slice(0, 8));
        for (const { name, text } of files)
          if (name.endsWith(".log")) expect(text).toContain(harmless);
      },
    ),
    { numRuns: 150, interruptAfterTimeLimit: 4_000 },
  );
});
