import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeAgentToServer } from "../../src/opamp-client/wire/codec.ts";
import type { AgentToServer } from "../../src/opamp-client/wire/messages.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { fullCapabilities, postRaw, startServer, uidOf } from "../dev-server/raw-agent.ts";
import { fuzz } from "../helpers/fuzz/fuzz.ts";
import { messageValue } from "../helpers/opamp/wire-arbitraries.ts";

const uid1 = uidToText(uidOf(1));

/** Whatever a message may have, from one of three agents. */
const message = fc
  .tuple(
    messageValue("AgentToServer"),
    fc.constantFrom(1, 2, 3),
    fc.bigInt({ min: 0n, max: 5n }),
    fc.constantFrom(fullCapabilities, 0n, 0xffffn, 2n ** 64n - 1n),
  )
  .map(([parts, byte, sequenceNum, capabilities]): AgentToServer => ({
    ...parts,
    ...{ instanceUid: uidOf(byte), sequenceNum, capabilities },
  }));

const pages = ["/api/agents", "/api/fleet", "/api/pictures", "/api/groups", "/api/rollouts"];

test("whatever agents say, the server has an answer and its pages show them", async () => {
  const { server, events } = await startServer();
  const read = async (path: string): Promise<void> => {
    const response = await fetch(new URL(path, server.pageUrl));
    expect([path, response.status]).toEqual([path, expect.toBeOneOf([200, 404])]);
    await response.json();
  };
  await fuzz(
    "dev-server",
    fc.array(message, { minLength: 1, maxLength: 6 }),
    async (messages) => {
      for (const each of messages) {
        const answer = await postRaw(server, encodeAgentToServer(each));
        expect(answer.status).toBe(200);
        await answer.arrayBuffer();
      }
      for (const path of [
        ...pages,
        ...[1, 2, 3].map((byte) => `/api/agents/${uidToText(uidOf(byte))}`),
      ])
        await read(path);
      const failed = events.filter(
        ({ on }) => on === "message-refused" || on === "request-refused",
      );
      expect(JSON.stringify(failed)).not.toMatch(/the server failed|"status":500/);
      events.splice(0);
    },
    15,
  );
});

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

const strange = fc.oneof(
  fc.constantFrom<unknown>(null, -1, 1e300, "", "\0", "__proto__", [], {}, [[]], { a: null }, true),
  fc.string({ unit: "binary", maxLength: 10 }),
  fc.json().map((text): unknown => JSON.parse(text)),
);

/** A body as the description has it, with something else at places. */
function bodyOf(schema: Schema, named: Readonly<Record<string, Schema>>): fc.Arbitrary<unknown> {
  const right = rightBody(schema, named);
  return fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: strange });
}

function rightBody(schema: Schema, named: Readonly<Record<string, Schema>>): fc.Arbitrary<unknown> {
  const { $ref, properties, items, additionalProperties: more } = schema;
  const several = schema.oneOf ?? schema.anyOf;
  if ($ref !== undefined) return rightBody(named[$ref.split("/").at(-1) ?? ""] ?? {}, named);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (several !== undefined) return fc.oneof(...several.map((each) => bodyOf(each, named)));
  if (schema.type === "array") return fc.array(bodyOf(items ?? {}, named), { maxLength: 3 });
  if (properties !== undefined) {
    const each = Object.entries(properties).map(([key, value]) => [key, bodyOf(value, named)]);
    return fc.record(Object.fromEntries(each) as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: [],
    });
  }
  if (typeof more === "object") return fc.dictionary(fc.string(), bodyOf(more, named));
  if (schema.type === "integer" || schema.type === "number") return fc.integer();
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "string") return fc.constantFrom("a", "", "receivers: {}", uid1, "r1");
  return strange;
}

interface Operation {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

test("whatever body a request of the API has, it is answered with a reason", async () => {
  const { server, events } = await startServer();
  const first = { instanceUid: uidOf(1), sequenceNum: 0n, capabilities: 0xffffn };
  await (await postRaw(server, encodeAgentToServer(first))).arrayBuffer();
  const described = await fetch(new URL("/api/openapi.json", server.pageUrl));
  const { paths, components } = (await described.json()) as Description;
  const requests = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) =>
      ["get", "parameters"].includes(method)
        ? []
        : [
            fc.record({
              path: fc
                .constantFrom(uid1, "a", "r1", "%00", "__proto__")
                .map((one) => path.replace("{uid}", uid1).replaceAll(/\{\w+\}/g, one)),
              method: fc.constant(method.toUpperCase()),
              body: bodyOf(
                requestBody?.content["application/json"]?.schema ?? {},
                components.schemas,
              ),
              type: fc.constantFrom("application/json", "application/json", "application/yaml"),
            }),
          ],
    ),
  );
  expect(requests.length).toBeGreaterThan(10);
  await fuzz(
    "page-api",
    fc.array(fc.oneof(...requests), { minLength: 1, maxLength: 8 }),
    async (all) => {
      for (const { path, method, body, type } of all) {
        const response = await fetch(new URL(path, server.pageUrl), {
          ...{ method, body: JSON.stringify(body) },
          headers: { "content-type": type },
        });
        expect(response.status).toBeLessThan(500);
        const answer = (await response.json()) as { readonly error?: string };
        if (response.status === 400) expect(answer.error).not.toBe("");
      }
      for (const path of pages) {
        const response = await fetch(new URL(path, server.pageUrl));
        expect(response.status).toBeLessThan(500);
        await response.json();
      }
      expect(JSON.stringify(events.splice(0))).not.toMatch(/the server failed|"status":500/);
    },
    20,
  );
});
