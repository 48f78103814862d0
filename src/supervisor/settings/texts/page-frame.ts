/** What stands before the tables. */
export function pageStart(titles: readonly string[]): string {
  const contents = titles.map((title) => `- [${title}](#${anchorOf(title)})`).join("\n");
  return `<!-- Made by \`node scripts/configuration-docs.js\` from the keys that the program knows: change it there. -->

# Every key of supervisor.yaml

The smallest file names the server and the collector:

\`\`\`yaml
server:
  endpoint: wss://opamp.example.com/v1/opamp
agent:
  executable: /usr/bin/otelcol
\`\`\`

\`opampsupervisor check --config supervisor.yaml\` says everything that is wrong with a file at once, each mistake with its
line. \`examples/supervisor.yaml\` has all keys, to be switched on.

## In an editor

The package has a JSON schema of the file, which \`opampsupervisor schema\` prints. With it editors complete keys, show what
each one is for, and underline what is mistyped. Editors with yaml-language-server (VS Code with its YAML extension,
Neovim, Helix, Emacs) take it from the first line of the file:

\`\`\`yaml
# yaml-language-server: $schema=/usr/lib/opampsupervisor/supervisor.schema.json
server:
  endpoint: wss://opamp.example.com/v1/opamp
agent:
  executable: /usr/bin/otelcol
\`\`\`

The deb and the rpm put that file there; elsewhere \`opampsupervisor schema > supervisor.schema.json\` makes it. A relative
path begins at the folder of supervisor.yaml.
The schema takes all that the supervisor takes. What needs a look at the machine, such as whether a file is there, only
\`check\` finds.

## What values look like

- A **duration** has a unit: \`500ms\`, \`5s\`, \`1m30s\`, \`2h\`.
- A **list of texts** may also be one text that is split at commas: \`[a, b]\` or \`a, b\`.
- A **level** is \`debug\`, \`info\`, \`warn\`, \`error\` or \`fatal\`, or one of zap's numbers from \`-1\` to \`5\`.
- In every value \`\${NAME}\`, \`\${env:NAME}\` and \`\${env:NAME:-default}\` stand for an environment variable and \`\${file:path}\` for
  what a file says; they may stand for a number, \`true\`, a list or a map too. \`$$\` is a plain dollar sign.
- Relative paths begin at the working directory of the supervisor.
- A key with nothing behind it is as if it were not written.

## When a new value holds

The supervisor reads the file again on SIGHUP (\`systemctl reload\`). When something is wrong in it, nothing is taken over,
and the log says what. The last column of the tables says what a new value takes:

- **SIGHUP**: nothing else.
- **a new connection** to the server, which SIGHUP makes.
- **a restart of the collector**, which SIGHUP does; settings with which the collector does not become healthy are taken
  back.
- **the next start** of the supervisor: until then the former value holds, and the log says so.

Keys that the reference supervisor has not are marked (ours).

${contents}
- [Keys without an effect](#keys-without-an-effect)
`;
}

/** What stands before the last table. */
export const pageEnd = `## Keys without an effect

These are understood, so that a file of the reference supervisor can be used as it is. A warning names those whose absence
somebody could notice.
`;

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}
