import * as fc from "fast-check";

/** The secret in all of these texts. No pattern knows it by its looks: only its place gives it away. */
export const planted = "qz81planted";

/** A word that is no secret, and has to be there after all. */
export const harmless = "keptword";

/** What stands behind `key:` or `-` at this indentation; begins with a space or a new line. */
type Render = (indent: string) => string;

const flat = (...texts: readonly string[]): readonly Render[] =>
  texts.map((text) => () => ` ${text}`);

const scalars: readonly Render[] = [
  ...flat(planted, `"${planted}"`, `'${planted}'`, `"\\u0071${planted.slice(1)}"`),
  ...flat(`[a, ${planted}, {b: ${planted}}]`, `{a: ${planted}, "c": [${planted}]}`),
  ...flat(`{${planted}}`, `!!str ${planted}`, `${planted} # ${planted}`, `*one`, `[*one, *many]`),
  (indent) => ` |\n${indent}  ${planted}\n\n${indent}  more ${planted}`,
  (indent) => ` >- # ${planted}\n${indent}  ${planted}\n${indent}  more`,
  (indent) => ` "a\n${indent}  ${planted}"`,
  (indent) => `\n${indent}  <<: *many`,
  (indent) => `\n${indent}  ? a\n${indent}  : ${planted}`,
];

/** Texts that give a secret away by themselves, below whatever key. */
const telling: readonly Render[] = [
  ...flat(`https://u:${planted}@h/x`, `https://${planted}@h/x`, `"redis://:a@${planted}@h"`),
  ...flat(`https://h/x?a=1&b=${planted}`, `\${env:A:-${planted}}`, `"Bearer ${planted}"`),
  ...flat(`"Authorization: Basic ${planted}"`, `"x-team: ${planted}"`, `!!binary ${planted}`),
  ...flat(
    `{name: API_TOKEN, value: ${planted}}`,
    `[{key: a_password, value: ${planted}, action: x}]`,
  ),
  (indent) =>
    ` |\n${indent}  -----BEGIN PRIVATE KEY-----\n${indent}  ${planted}\n${indent}  -----END PRIVATE KEY-----`,
];

const ordinary: readonly Render[] = [
  ...flat(harmless, `[${harmless}]`, `${harmless} # ${planted}`, `*plain # ${planted}`, "", "3"),
  (indent) => `\n${indent}  # ${planted}\n${indent}  a: ${harmless}`,
  (indent) => ` # ${planted}\n${indent}  - a # ${planted}`,
];

const secretKeys = ["token", "headers", "PASSWORD", '"exporters::x::api_key"', "env", "? secret\n"];
const plainKeys = ["a", "otlp/x", "receivers", '"with: colon"', "value", "? long\n"];

/** A map or a list at some depth, of these things behind these keys. */
function nested(keys: readonly string[], leaf: fc.Arbitrary<Render>): fc.Arbitrary<Render> {
  const { node } = fc.letrec<{ node: Render }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 3, arbitrary: leaf },
      fc
        .uniqueArray(fc.tuple(fc.constantFrom(...keys), tie("node")), {
          minLength: 1,
          maxLength: 3,
          selector: ([key]) => key,
        })
        .map(mapOf),
      fc.array(tie("node"), { minLength: 1, maxLength: 3 }).map(listOf),
      fc.tuple(fc.nat(), tie("node")).map(([name, render]) => anchored(name, render)),
    ),
  }));
  return node;
}

function mapOf(entries: readonly (readonly [string, Render])[]): Render {
  return (indent) =>
    entries.map(([key, value]) => `\n${indent}  ${entryOf(key, value, `${indent}  `)}`).join("");
}

function entryOf(key: string, value: Render, indent: string): string {
  return key.startsWith("?") ? `${key}${indent}:${value(indent)}` : `${key}:${value(indent)}`;
}

function listOf(items: readonly Render[]): Render {
  return (indent) => items.map((item) => `\n${indent}  -${item(`${indent}  `)}`).join("");
}

/** An alias cannot have a name of its own. */
function anchored(name: number, render: Render): Render {
  return (indent) => {
    const text = render(indent);
    return /^ [*&]/.test(text) ? text : ` &n${name}${text}`;
  };
}

const top = "one: &one " + planted + "\nmany: &many {x: " + planted + "}\nplain: &plain 1\n";

/** Configurations with a secret in places, layouts and depths that nobody would think of. */
export const secretYaml: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(nested(plainKeys, fc.constantFrom(...telling, ...ordinary)), { maxLength: 3 }),
    fc.array(
      fc.tuple(fc.constantFrom(...secretKeys), nested(plainKeys, fc.constantFrom(...scalars))),
      { maxLength: 3 },
    ),
    fc.boolean(),
  )
  .map(([plain, secret, second]) => {
    const inner = plain.map((render, at) => `p${at}:${render("")}\n`).join("");
    const outer = secret.map(([key, render], at) => {
      const entry = entryOf(key, render, "  ");
      return `s${at}:\n  ${entry}\n`;
    });
    // What is referred to is secret only because of who refers to it.
    const head = `# ${planted}\n${top}use: {token: *one, headers: *many}\nkept: ${harmless}\n`;
    return `${head}${inner}${outer.join("")}${second ? `---\n# ${planted}\ntoken: ${planted}\n` : ""}`;
  });
