import type { KeyRule, RuleNode } from "../file/key-rule.ts";
import { extensionTree } from "../keys/extension-keys.ts";
import { knownTree } from "../keys/known-keys.ts";
import { description } from "./key-description.ts";
import { textOf } from "./key-texts.ts";
import { type Schema, definitions, kindsOf, wholeReference } from "./value-schema.ts";

/**
 * The JSON schema of supervisor.yaml, for editors. It takes all that the daemon takes (a `${…}` may stand for any value),
 * and refuses keys that are not known and values of another kind; what needs a look at files is left to `check`.
 */
export function settingsSchema(): Schema {
  const { properties } = mapOf(knownTree, "");
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "supervisor.yaml of opampsupervisor",
    type: "object",
    properties: { ...properties, extensions: extensions() },
    additionalProperties: false,
    required: ["server", "agent"],
    definitions,
  };
}

/** What must be written, by the section that it stands in. */
const required: ReadonlyMap<string, Schema> = new Map([
  ["server", { required: ["endpoint"] }],
  ["agent", { anyOf: [{ required: ["executable"] }, { required: ["mode"] }] }],
]);

function mapOf(node: RuleNode, path: string): Schema & { readonly properties: object } {
  const properties = Object.fromEntries(
    [...node.children].map(([name, child]) => [
      name,
      schemaOf(child, path === "" ? name : `${path}.${name}`),
    ]),
  );
  return { type: "object", properties, additionalProperties: false, ...required.get(path) };
}

function schemaOf(node: RuleNode, path: string): Schema {
  const { rule, children } = node;
  const item = children.get("[]");
  const inside =
    item !== undefined
      ? [listOf(item, path), wholeReference]
      : children.size > 0
        ? [mapOf(node, path), wholeReference]
        : [];
  const kinds = [...inside, ...(rule === undefined ? [] : kindsOf(rule))];
  return { ...said(path, rule), ...(kinds.length > 0 && { anyOf: [...kinds, { type: "null" }] }) };
}

function listOf(item: RuleNode, path: string): Schema {
  const kinds = [mapOf(item, `${path}[]`), wholeReference, { type: "null" }];
  return { type: "array", items: { anyOf: kinds } };
}

function said(path: string, rule: KeyRule | undefined): Schema {
  const usual = rule !== undefined && "default" in rule ? { default: rule.default } : {};
  const { example } = textOf(path);
  return {
    description: description(path, rule),
    ...usual,
    ...(example !== undefined && { examples: [example] }),
  };
}

// An entry is called by its type, or by its type and a name of the user's. What is no map is not looked into.
function extensions(): Schema {
  const types = [...extensionTree([]).children];
  const entries = types.map(([type, node]) => [
    String.raw`^${type}(?:/\S+)?$`,
    schemaOf(node, `extensions.${type}`),
  ]);
  return {
    ...said("extensions", undefined),
    patternProperties: Object.fromEntries(entries),
    additionalProperties: false,
  };
}
