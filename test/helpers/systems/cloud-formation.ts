import { isMap, isScalar, isSeq, parseDocument, type Node } from "yaml";

/** What the parameters of a template have; those that are left out have their defaults. */
type Values = Readonly<Record<string, string>>;

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

/** Stands for what is to be left out (AWS::NoValue). */
const nothing = Symbol("AWS::NoValue");

const pseudo: Values = {
  "AWS::AccountId": "123456789012",
  "AWS::Partition": "aws",
  "AWS::Region": "eu-west-1",
  "AWS::StackName": "otel",
};

/** The resources of a template as CloudFormation would make them, with names in place of what it makes later. */
export function resourcesOf(text: string, given: Values): Readonly<Record<string, Resource>> {
  const document = parseDocument(text, { logLevel: "silent" });
  const defaults = document.toJS() as {
    Parameters: Record<string, { Default?: string | number }>;
  };
  const parameters = Object.entries(defaults.Parameters).map(([name, { Default }]) => [
    name,
    given[name] ?? String(Default ?? ""),
  ]);
  const known = { ...pseudo, ...(Object.fromEntries(parameters) as Values) };
  const conditions = document.get("Conditions") as Node;
  return evaluate(document.get("Resources") as Node, known, conditions) as Record<string, Resource>;
}

function evaluate(node: Node | null, known: Values, conditions: Node): unknown {
  const within = (one: unknown): unknown => evaluate(one as Node | null, known, conditions);
  if (isSeq(node)) {
    if (node.tag === "!If") {
      const [name, yes, no] = node.items;
      const condition = isMap(conditions) ? conditions.get(within(name), true) : null;
      return within(within(condition) === true ? yes : no);
    }
    const items = node.items.map(within).filter((each) => each !== nothing);
    return called(node.tag, items);
  }
  if (isMap(node)) {
    const pairs = node.items.map(({ key, value }) => [String(within(key)), within(value)] as const);
    const [only] = pairs;
    if (only?.[0] === "Fn::Base64") return Buffer.from(String(only[1])).toString("base64");
    return Object.fromEntries(pairs.filter(([, value]) => value !== nothing));
  }
  return isScalar(node) ? scalar(node.tag, node.value, known) : null;
}

function scalar(tag: string | undefined, value: unknown, known: Values): unknown {
  const text = String(value);
  if (tag === "!Ref") return text === "AWS::NoValue" ? nothing : (known[text] ?? `made-${text}`);
  if (tag === "!GetAtt") return `arn:aws:made:::${text}`;
  if (tag !== "!Sub") return value;
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) =>
    literal === "!" ? `\${${name}}` : (known[name] ?? `made-${name}`),
  );
}

function called(tag: string | undefined, items: readonly unknown[]): unknown {
  if (tag === "!Equals") return items[0] === items[1];
  if (tag === "!Not") return items[0] !== true;
  if (tag !== "!Join") return items;
  const [between, parts] = items as [string, string | readonly string[]];
  return typeof parts === "string" ? parts : parts.join(between);
}
