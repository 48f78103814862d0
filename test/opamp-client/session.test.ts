import { test, expect } from "vitest";
import {
  ServerFlag,
  AgentCapability,
  ServerCapability,
} from "../../src/opamp-client/wire/messages.ts";
import {
  type Report,
  type Session,
  compose,
  initialSession,
  receive,
  connected,
  answerAt,
  lost,
  unsent,
} from "../../src/opamp-client/session.ts";
import { someReport, groupsIn } from "../helpers/opamp/fake-client.ts";

const everyGroup = [
  "agentDescription",
  "health",
  "effectiveConfig",
  "remoteConfigStatus",
  "packageStatuses",
  "customCapabilities",
  "availableComponents",
  "connectionSettingsStatus",
];
const intervalMs = 5_000;
const askFull = { flags: ServerFlag.ReportFullState };

/** A session that has told the server everything in `report`. */
function toldSession(report: Report = someReport()): Session {
  return compose(initialSession(), report, "change", 0).session;
}

test("the first message of a connection tells everything, with components as a hash", () => {
  const { message } = compose(initialSession(), someReport(), "change", 0);
  expect(groupsIn(message!)).toEqual(everyGroup);
  expect(message).toMatchObject({
    sequenceNum: 0n,
    availableComponents: { hash: Uint8Array.of(5) },
  });
  expect(message?.availableComponents?.components).toBeUndefined();
});

test("what was told is not told again, even when it is another object of the same content", () => {
  const session = toldSession();
  const again = compose(session, someReport(), "change", 1);
  expect(again).toEqual({ message: undefined, session, patient: false });
});

test("a heartbeat has the id, the number and the capabilities and nothing else", () => {
  const { message } = compose(toldSession(), someReport(), "heartbeat", 1);
  expect(Object.keys(message!)).toEqual(["instanceUid", "sequenceNum", "capabilities"]);
});

test.each<[string, Partial<Report>]>([
  ["agentDescription", { agentDescription: { identifyingAttributes: [] } }],
  ["health", { health: { healthy: false } }],
  ["effectiveConfig", { effectiveConfig: {} }],
  ["remoteConfigStatus", { remoteConfigStatus: { status: 3 } }],
  ["packageStatuses", { packageStatuses: {} }],
  ["customCapabilities", { customCapabilities: {} }],
  ["availableComponents", { availableComponents: { hash: Uint8Array.of(6) } }],
  ["connectionSettingsStatus", { connectionSettingsStatus: { status: 2 } }],
])("a change of %s is told alone and whole", (group, change) => {
  const { message } = compose(toldSession(), someReport(change), "change", 1);
  expect(groupsIn(message!)).toEqual([group]);
  expect(message).toMatchObject({ ...change, sequenceNum: 1n });
});

test("other components with the same hash are not news", () => {
  const report = someReport({
    availableComponents: { hash: Uint8Array.of(5), components: new Map() },
  });
  expect(compose(toldSession(), report, "change", 1).message).toBeUndefined();
});

test.each([
  ["health", AgentCapability.ReportsHealth],
  ["effectiveConfig", AgentCapability.ReportsEffectiveConfig],
  ["remoteConfigStatus", AgentCapability.ReportsRemoteConfig],
  ["packageStatuses", AgentCapability.ReportsPackageStatuses],
  ["availableComponents", AgentCapability.ReportsAvailableComponents],
  ["connectionSettingsStatus", AgentCapability.ReportsConnectionSettingsStatus],
])("%s is not told without its capability", (group, bit) => {
  const full = someReport();
  const report = { ...full, capabilities: full.capabilities & ~bit };
  const { message } = compose(initialSession(), report, "change", 0);
  expect(groupsIn(message!)).toEqual(everyGroup.filter((one) => one !== group));
});

test.each([
  ["effectiveConfig", ServerCapability.AcceptsEffectiveConfig],
  ["packageStatuses", ServerCapability.AcceptsPackagesStatus],
])("%s is withheld once a server has said that it does not take it", (group, bit) => {
  const all = Object.values(ServerCapability).reduce<bigint>((bits, one) => bits | one, 0n);
  const changes = { effectiveConfig: {}, packageStatuses: {} };
  const without = receive(toldSession(), { capabilities: all & ~bit }, 1, intervalMs);
  const first = compose(without, someReport(changes), "change", 1);
  expect(groupsIn(first.message!)).not.toContain(group);
  const taken = receive(first.session, { capabilities: all }, 2, intervalMs);
  expect(groupsIn(compose(taken, someReport(changes), "change", 2).message!)).toEqual([group]);
});

const fewer = someReport().capabilities & ~AgentCapability.AcceptsRestartCommand;

test.each<[string, Partial<Report>, boolean]>([
  ["a description", { agentDescription: {} }, true],
  ["components", { availableComponents: { hash: Uint8Array.of(9) } }, true],
  ["a description with health", { agentDescription: {}, health: { healthy: false } }, false],
  ["a configuration", { effectiveConfig: {} }, false],
  ["another id", { agentDescription: {}, instanceUid: new Uint8Array(16) }, false],
  ["fewer capabilities", { agentDescription: {}, capabilities: fewer }, false],
])("news of who the agent is may wait, anything else may not: %s", (_news, changes, patient) => {
  expect(compose(toldSession(), someReport(changes), "change", 1).patient).toBe(patient);
});

test("neither the first message nor one that was asked for may wait", () => {
  expect(compose(initialSession(), someReport(), "change", 0).patient).toBe(false);
  const asked = receive(toldSession(), askFull, 1, intervalMs);
  expect(compose(asked, someReport(), "change", 1).patient).toBe(false);
});

test("zero capabilities of a server change nothing, and a new connection knows none", () => {
  const known = receive(toldSession(), { capabilities: 3n }, 1, intervalMs);
  expect(receive(known, { capabilities: 0n }, 1, intervalMs).serverCapabilities).toBe(3n);
  expect(receive(known, {}, 1, intervalMs).serverCapabilities).toBe(3n);
  expect(connected(known).serverCapabilities).toBeUndefined();
});

test("a change of our capabilities is told at once, and ReportsStatus is always among them", () => {
  const { message } = compose(toldSession(), someReport({ capabilities: 2n }), "change", 1);
  expect(message).toMatchObject({ capabilities: 3n });
  expect(groupsIn(message!)).toEqual([]);
});

test("under another id everything is told again", () => {
  const report = someReport({ instanceUid: new Uint8Array(16) });
  expect(groupsIn(compose(toldSession(), report, "change", 1).message!)).toEqual(everyGroup);
});

test("flags are in every message while they are set", () => {
  const session = toldSession(someReport({ flags: 1n }));
  expect(compose(session, someReport({ flags: 1n }), "heartbeat", 1).message?.flags).toBe(1n);
  expect("flags" in compose(session, someReport(), "heartbeat", 1).message!).toBe(false);
});

test("a goodbye is sent in any case and brings the last changes", () => {
  const report = someReport({ health: { healthy: false } });
  const { message } = compose(toldSession(), report, "goodbye", 1);
  expect(message).toMatchObject({ agentDisconnect: {}, health: { healthy: false } });
  expect(groupsIn(message!)).toEqual(["health"]);
});

test("the full state is told at once when it is asked for the first time, and once only", () => {
  const asked = receive(toldSession(), askFull, 10, intervalMs);
  expect(answerAt(asked)).toBe(10);
  const answer = compose(asked, someReport(), "change", 10);
  expect(groupsIn(answer.message!)).toEqual(everyGroup);
  expect(answerAt(answer.session)).toBeUndefined();
  expect(compose(answer.session, someReport(), "change", 10).message).toBeUndefined();
});

test("asked in the reply to a full state, the full state waits for a heartbeat", () => {
  const first = compose(
    receive(toldSession(), askFull, 10, intervalMs),
    someReport(),
    "change",
    10,
  );
  const again = receive(first.session, askFull, 20, intervalMs);
  expect(answerAt(again)).toBeUndefined();
  expect(compose(again, someReport(), "change", 9_000).message).toBeUndefined();
  expect(groupsIn(compose(again, someReport(), "heartbeat", 100).message!)).toEqual([]);
  expect(groupsIn(compose(again, someReport(), "heartbeat", 5_010).message!)).toEqual(everyGroup);
});

test("asked again after another message, the full state comes when the interval is over", () => {
  const first = compose(
    receive(toldSession(), askFull, 10, intervalMs),
    someReport(),
    "change",
    10,
  );
  const beat = compose(first.session, someReport(), "heartbeat", 20);
  const again = receive(beat.session, askFull, 30, intervalMs);
  expect(answerAt(again)).toBe(5_010);
  expect(compose(again, someReport(), "change", 5_009).message).toBeUndefined();
  expect(groupsIn(compose(again, someReport(), "change", 5_010).message!)).toEqual(everyGroup);
});

test("components are told with their hash when they are asked for, and nothing else is", () => {
  const flags = ServerFlag.ReportAvailableComponents;
  const asked = receive(toldSession(), { flags }, 10, intervalMs);
  const { message, session } = compose(asked, someReport(), "change", 10);
  expect(groupsIn(message!)).toEqual(["availableComponents"]);
  expect(message?.availableComponents).toEqual(someReport().availableComponents);
  expect(compose(session, someReport(), "change", 11).message).toBeUndefined();
});

test("a list with another hash is sent as soon as it is asked for, however soon after the last one", () => {
  const flags = ServerFlag.ReportAvailableComponents;
  const first = compose(
    receive(toldSession(), { flags }, 10, intervalMs),
    someReport(),
    "change",
    10,
  );
  const report = someReport({
    availableComponents: { hash: Uint8Array.of(6), components: new Map([["exporters", {}]]) },
  });
  const other = compose(first.session, report, "change", 20);
  expect(groupsIn(other.message!)).toEqual(["availableComponents"]);
  const asked = receive(other.session, { flags }, 30, intervalMs);
  expect(compose(asked, report, "change", 30).message?.availableComponents).toEqual(
    report.availableComponents,
  );
});

test("components that we do not report are not sent, and asking for them is no reason to speak", () => {
  const capabilities = AgentCapability.ReportsHealth;
  const report = someReport({ capabilities });
  const flags = ServerFlag.ReportAvailableComponents;
  const asked = receive(toldSession(report), { flags }, 10, intervalMs);
  const { message, session } = compose(asked, report, "change", 10);
  expect(message).toBeUndefined();
  expect(answerAt(session)).toBeUndefined();
});

test("a message of the server's is no reason to speak", () => {
  const session = receive(toldSession(), { remoteConfig: {}, capabilities: 7n }, 1, intervalMs);
  expect(compose(session, someReport(), "change", 1).message).toBeUndefined();
});

test("nothing counts that comes beside an error", () => {
  const session = toldSession();
  const message = { errorResponse: {}, flags: 3n, capabilities: 1n };
  expect(receive(session, message, 1, intervalMs)).toBe(session);
});

test("after a loss everything is told under the next number, or the same if nothing was sent", () => {
  const session = toldSession();
  const after = compose(lost(session), someReport(), "change", 1).message!;
  expect([after.sequenceNum, groupsIn(after)]).toEqual([1n, everyGroup]);
  const same = compose(unsent(session), someReport(), "change", 1).message!;
  expect([same.sequenceNum, groupsIn(same)]).toEqual([0n, everyGroup]);
});

test("numbers go on over connections", () => {
  const message = compose(connected(toldSession()), someReport(), "change", 1).message!;
  expect([message.sequenceNum, groupsIn(message)]).toEqual([1n, everyGroup]);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "storm %i: numbers have no gap, and in the end the server knows all",
  (seed) => {
    const random = randomFrom(seed);
    let session = initialSession();
    let report = someReport();
    let expected = 0n;
    let known: Record<string, unknown> = {};
    const take = (occasion: "change" | "heartbeat", now: number, arrives: boolean): void => {
      const composed = compose(session, report, occasion, now);
      session = composed.session;
      if (composed.message === undefined) return;
      expect(composed.message.sequenceNum).toBe(expected);
      if (arrives) known = { ...known, ...composed.message };
      expected += 1n;
    };
    for (let now = 0; now < 400_000; now += 1_000) {
      const draw = random();
      if (draw < 0.3) report = someReport({ health: { status: `${Math.floor(random() * 3)}` } });
      else if (draw < 0.4)
        report = someReport({ remoteConfigStatus: { status: Math.floor(random() * 4) } });
      else if (draw < 0.5)
        session = receive(session, { flags: BigInt(Math.floor(random() * 4)) }, now, intervalMs);
      else if (draw < 0.6) {
        take("heartbeat", now, false);
        session = lost(session);
      } else if (draw < 0.7) {
        take("heartbeat", now, false);
        session = unsent(session);
        expected -= 1n;
      } else if (draw < 0.75) session = connected(session);
      else take(draw < 0.8 ? "heartbeat" : "change", now, true);
    }
    take("change", 500_000, true);
    const { availableComponents, ...rest } = report;
    expect(known).toMatchObject({
      ...rest,
      availableComponents: { hash: availableComponents?.hash },
    });
    take("heartbeat", 600_000, true);
    expect(compose(session, report, "change", 700_000).message).toBeUndefined();
  },
);

/** Numbers in [0, 1) that are the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
