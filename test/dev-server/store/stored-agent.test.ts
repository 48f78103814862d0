import { expect, test } from "vitest";
import { offerConfig } from "../../../src/dev-server/fleet/fleet.ts";
import { keepFleet } from "../../../src/dev-server/kept/kept-fleet.ts";
import { keepFleetIn } from "../../../src/dev-server/store/keep-state.ts";
import { inMemory } from "../../../src/dev-server/store/state-file.ts";
import { type StateWrite, valueOf } from "../../../src/dev-server/store/state-write.ts";
import { bare, fullCapabilities } from "../raw-agent.ts";
import { conversation, files, full, socketA, uid1 } from "../conversation.ts";

/** A conversation whose changes are kept, and what is written of them. */
function keptConversation(): {
  readonly talk: ReturnType<typeof conversation>;
  readonly written: () => readonly StateWrite[];
  readonly follow: () => void;
} {
  const kept = keepFleet();
  const writes: StateWrite[] = [];
  keepFleetIn({ ...inMemory(), path: "/kept", put: (write) => writes.push(write) }, kept);
  const talk = conversation();
  return {
    talk,
    written: () => writes.splice(0),
    follow: () => kept.learn({ records: [...talk.fleet().agents.values()] }),
  };
}

test("of an agent that sends a heartbeat its time is written, and what is large only when it changes", () => {
  const { talk, written, follow } = keptConversation();
  talk.say(full(1, 0n), socketA);
  follow();
  expect(written().map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["agent", "about", "runs", "wanted", "seen"]),
  );
  talk.say(bare(1, 1n, fullCapabilities), socketA, 2_000);
  follow();
  expect(written().map(({ kind }) => kind)).toEqual(["seen"]);
});

test("an offer and its files are to be there before they are said, and what the agent says of it later", () => {
  const { talk, written, follow } = keptConversation();
  talk.say(full(1, 0n), socketA);
  follow();
  written();
  talk.change(offerConfig(talk.fleet(), uid1, files, 2_000).news);
  follow();
  const writes = written();
  const first = writes.filter((write) => write.first === true).map(({ kind }) => kind);
  expect(first).toEqual(["files", "wanted"]);
  const wanted = writes.find(({ kind }) => kind === "wanted");
  expect(JSON.stringify(valueOf(wanted?.value))).not.toContain('"files"');
  talk.say({ ...bare(1, 1n), remoteConfigStatus: { status: 1 } }, socketA, 3_000);
  follow();
  expect(written().some((write) => write.first === true)).toBe(false);
});

test("a file in which agents are in one piece is read, and written apart when they change", () => {
  const { talk, follow, written } = keptConversation();
  talk.say(full(1, 0n), socketA);
  follow();
  const parts = written().filter(({ kind }) => kind !== "seen");
  const whole = Object.assign({}, ...parts.map(({ value }) => valueOf(value))) as object;
  const kept = keepFleet();
  const again: StateWrite[] = [];
  const entries = [{ kind: "agent", key: uid1, value: whole }];
  keepFleetIn({ ...inMemory(), path: "/kept", entries, put: (write) => again.push(write) }, kept);
  const [record] = kept.current().agents.values();
  if (record === undefined) throw new Error("expected the agent");
  expect(record.description).toBeDefined();
  kept.learn({ records: [{ ...record, lastSeenAt: 9 }] });
  expect(again.map(({ kind }) => kind)).toContain("about");
});
