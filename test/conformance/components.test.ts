import { describe, test, expect } from "vitest";
import { type BinaryAnswers, factsOf, identifyBinary } from "../../src/agent/binary/identify.ts";
import { join } from "node:path";
import { ServerFlag } from "../../src/opamp-client/wire/messages.ts";
import { agentPath, agentEnv } from "../helpers/agent/agents.ts";
import { someReport } from "../helpers/opamp/fake-client.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { both, started, sent, inTurn } from "./fake-server.ts";

const all = {
  hash: Uint8Array.of(5),
  components: new Map([["receivers", { subComponentMap: new Map([["nop", {}]]) }]]),
};

const answers = (kinds: BinaryAnswers["components"]): BinaryAnswers => ({
  name: "otelcol",
  version: "1",
  validates: true,
  allowsNoPipelines: true,
  reloadsInPart: false,
  otherPartGates: false,
  resourceForm: "inline",
  takesExtension: true,
  refusesReader: false,
  knownBy: "answers",
  complete: true,
  components: kinds,
});

describe.each(both)("over %s", (over) => {
  test("C-243 C-245 C-247 the first message has the hash and no component", async () => {
    const first = someReport({ availableComponents: all });
    const { server, received } = await started(over, {}, {}, first);
    await received(1);
    expect(sent(server)[0]?.availableComponents).toEqual({ hash: all.hash });
  });

  test("C-246 asked for them, all go out at once and once", async () => {
    const answer = inTurn({ flags: ServerFlag.ReportAvailableComponents });
    const first = someReport({ availableComponents: all });
    const { server, received } = await started(
      over,
      { reply: () => answer() ?? {} },
      { heartbeatIntervalMs: 10 },
      first,
    );
    await received(4);
    const told = sent(server).flatMap(({ availableComponents }) => availableComponents ?? []);
    expect(told).toEqual([{ hash: all.hash }, all]);
  });

  test("C-248 another hash is told, the same one is not", async () => {
    const { server, client, received } = await started(
      over,
      {},
      {},
      someReport({ availableComponents: all }),
    );
    await received(1);
    client.report(someReport({ availableComponents: { ...all, components: new Map() } }));
    client.report(someReport({ availableComponents: { ...all, hash: Uint8Array.of(6) } }));
    await received(2);
    const told = sent(server).map(({ availableComponents }) => availableComponents?.hash);
    expect(told).toEqual([Uint8Array.of(5), Uint8Array.of(6)]);
  });
});

test("C-244 the hash is of the components alone", () => {
  const one = answers([["receivers", [["nop", "m v1"]]]]);
  const elsewhere = { ...one, name: "another", resourceForm: "attributes" } as const;
  const newer = answers([["receivers", [["nop", "m v2"]]]]);
  expect(factsOf(elsewhere).componentsHash).toBe(factsOf(one).componentsHash);
  expect(factsOf(newer).componentsHash).not.toBe(factsOf(one).componentsHash);
});

test("C-244 C-249 C-250 kinds first, types below them in order, each with its module", async () => {
  const scratch = join(temporaryFolder(), "scratch.yaml");
  const facts = factsOf(await identifyBinary(agentPath("healthy"), agentEnv, scratch, ""));
  expect([...facts.components.keys()]).toEqual([
    "receivers",
    "processors",
    "exporters",
    "connectors",
    "extensions",
  ]);
  const receivers = facts.components.get("receivers")?.subComponentMap ?? new Map();
  expect([...receivers.keys()]).toEqual(["hostmetrics", "nop", "otlp"]);
  expect(receivers.get("nop")).toEqual({
    metadata: [
      {
        key: "code.namespace",
        value: { stringValue: "go.opentelemetry.io/collector/receiver/nop v0.149.0" },
      },
    ],
  });
});
