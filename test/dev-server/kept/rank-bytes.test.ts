import fc from "fast-check";
import { expect, test } from "vitest";
import { forget } from "../../../src/dev-server/fleet/fleet-asks.ts";
import { receive } from "../../../src/dev-server/fleet/fleet.ts";
import type { KnownAgent } from "../../../src/dev-server/fleet/known-agent.ts";
import { keepFleet, type KeptFleet } from "../../../src/dev-server/kept/kept-fleet.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import type { AgentToServer } from "../../../src/opamp-client/wire/messages.ts";
import { http } from "../conversation.ts";
import { bare, uidOf } from "../raw-agent.ts";

const most = 100_000;
const parts = [
  "description",
  "health",
  "effectiveConfig",
  "components",
  "customCapabilities",
] as const;

type Part = (typeof parts)[number];

/** A message with these parts; nothing of it is as long as is said. */
function messageOf(byte: number, sequence: number, set: readonly Part[]): AgentToServer {
  const given: Readonly<Record<Part, Partial<AgentToServer>>> = {
    description: { agentDescription: { identifyingAttributes: [] } },
    health: { health: { healthy: true } },
    effectiveConfig: { effectiveConfig: { configMap: {} } },
    components: { availableComponents: { components: new Map([["receivers", {}]]) } },
    customCapabilities: { customCapabilities: { capabilities: ["a"] } },
  };
  const chosen = set.map((part) => given[part]);
  return Object.assign({}, bare(byte, BigInt(sequence)), ...chosen) as AgentToServer;
}

function isHeld(record: KnownAgent, part: Part): boolean {
  return part === "customCapabilities" ? record[part].length > 0 : record[part] !== undefined;
}

function hear(kept: KeptFleet, message: AgentToServer, bytes: number): void {
  const received = { connection: http, message, bytes, now: 1, freshUid: uidOf(250) };
  kept.learn(receive(kept.current(), received).news);
}

const deed = fc.record({
  agent: fc.integer({ min: 1, max: 30 }),
  // Of the last ten each message is big.
  size: fc.integer({ min: 1, max: 100 }),
  set: fc.subarray([...parts]),
  leaves: fc.integer({ min: 0, max: 19 }).map((chance) => chance === 0),
});

test("what is counted is what is held, it has an end, and a big agent costs a small one nothing", () => {
  fc.assert(
    fc.property(fc.array(deed, { minLength: 1, maxLength: 200 }), (deeds) => {
      const kept = keepFleet(most);
      // By agent and part: the last message that has set it.
      const said = new Map<string, { readonly id: number; readonly bytes: number }>();
      deeds.forEach(({ agent, size, set, leaves }, id) => {
        const isBig = agent > 20;
        const bytes = isBig ? size * 2_000 : size;
        hear(kept, messageOf(agent, id, set), bytes);
        for (const part of set) said.set(`${agent} ${part}`, { id, bytes });
        if (leaves) {
          const record = kept.current().agents.get(uidToText(uidOf(agent)));
          kept.learn({ records: [{ ...record!, link: { at: "closed", since: 1, why: "" } }] });
          kept.learn(forget(kept.current(), uidToText(uidOf(agent))).news);
          for (const part of parts) said.delete(`${agent} ${part}`);
        }
        let sum = 0;
        for (let each = 1; each <= 30; each += 1) {
          const record = kept.current().agents.get(uidToText(uidOf(each)));
          if (record === undefined) continue;
          const wanted = parts.filter((part) => said.has(`${each} ${part}`));
          const held = wanted.filter((part) => isHeld(record, part));
          if (each <= 20) expect(held).toEqual(wanted);
          const messages = new Map(
            held.map((part) => {
              const message = said.get(`${each} ${part}`)!;
              return [message.id, message.bytes] as const;
            }),
          );
          for (const part of messages.values()) sum += part;
        }
        expect(kept.heldBytes()).toBe(sum);
        expect(sum).toBeLessThanOrEqual(most);
      });
    }),
    { numRuns: 150 },
  );
});

test("of several big ones the biggest loses its biggest, and only it is told of", () => {
  const kept = keepFleet(most);
  const told: (readonly string[])[] = [];
  kept.listeners.add(({ records = [], overfull = [] }) => {
    told.push(records.map(({ uid }) => uid).concat(overfull.map((uid) => `overfull ${uid}`)));
  });
  const [one, two, three] = [1, 2, 3].map((byte) => uidToText(uidOf(byte)));
  hear(kept, messageOf(1, 0, ["health"]), 40_000);
  hear(kept, messageOf(1, 1, ["description"]), 20_000);
  hear(kept, messageOf(2, 0, ["health"]), 30_000);
  expect(kept.heldBytes()).toBe(90_000);
  hear(kept, messageOf(3, 0, ["health"]), 15_000);
  const first = kept.current().agents.get(one!);
  expect([first?.health, first?.description !== undefined]).toEqual([undefined, true]);
  expect(kept.heldBytes()).toBe(65_000);
  expect(told.at(-1)).toEqual([three, one, `overfull ${one}`]);
  // Said once of an agent; it is told of again because it has changed.
  hear(kept, messageOf(1, 2, ["health"]), 80_000);
  expect(told.at(-1)).toEqual([one]);
  expect(kept.current().agents.get(two!)?.health).toBeDefined();
  // With less it is whole again.
  hear(kept, messageOf(1, 3, ["health"]), 1_000);
  expect(kept.current().agents.get(one!)?.health).toBeDefined();
  expect(kept.heldBytes()).toBe(66_000);
});

test("the biggest of very many is found without looking at them", () => {
  const kept = keepFleet(10_000_000);
  const agents = 3_000;
  for (let number = 1; number <= agents; number += 1) {
    const instanceUid = new Uint8Array(16);
    new DataView(instanceUid.buffer).setUint32(12, number);
    hear(kept, { ...messageOf(1, 0, ["health"]), instanceUid }, 1_000);
  }
  const all = (): never => {
    throw new Error("all agents were looked at");
  };
  const fleet = kept.current();
  Object.assign(fleet.agents, { values: all, keys: all, entries: all, forEach: all });
  Object.assign(fleet.agents, { [Symbol.iterator]: all });
  hear(kept, messageOf(7, 0, ["health"]), 9_000_000);
  expect(kept.heldBytes()).toBe(1_000 * agents);
  expect(fleet.agents.get(uidToText(uidOf(7)))?.health).toBeUndefined();
});
