import { expect, test } from "vitest";
import type { Pod } from "../../../src/kubernetes/objects.ts";
import { podView, restartsOf, saidBefore } from "../../../src/supervisor/fleet/pod-view.ts";
import { pod } from "../../helpers/kubernetes/cluster.ts";

const unready = [
  { type: "Ready", status: "False", message: "containers with unready status: [collector]" },
];
const ended = (exitCode: number, reason = "Error") => ({ terminated: { exitCode, reason } });
const status = (changes: object) => ({ conditions: unready, containerStatuses: [changes] });
const view = (changes: object) => podView(pod("a", changes), undefined);

test.each([
  ["is ready", {}, false, undefined],
  ["is not ready", { conditions: unready }, false, "containers with unready status: [collector]"],
  [
    "crashes again and again",
    status({
      restartCount: 3,
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" } },
      lastState: ended(1),
    }),
    true,
    "the collector ended with exit code 1; CrashLoopBackOff (back-off 40s)",
  ],
  [
    "has just ended",
    status({ restartCount: 0, state: ended(1) }),
    true,
    "the collector ended with exit code 1",
  ],
  [
    "ran out of memory",
    status({ restartCount: 1, state: { running: {} }, lastState: ended(137, "OOMKilled") }),
    true,
    "the collector ended with exit code 137 (OOMKilled)",
  ],
  [
    "was on a node that was started again",
    status({ restartCount: 1, state: { running: {} }, lastState: ended(255, "Unknown") }),
    false,
    "containers with unready status: [collector]",
  ],
  [
    "has no image",
    status({
      restartCount: 0,
      state: { waiting: { reason: "ImagePullBackOff", message: "not found" } },
    }),
    false,
    "ImagePullBackOff (not found)",
  ],
  [
    "lacks what it mounts",
    status({
      state: {
        waiting: { reason: "CreateContainerConfigError", message: 'configmap "x" not found' },
      },
    }),
    true,
    'CreateContainerConfigError (configmap "x" not found)',
  ],
  [
    "is being started",
    {
      conditions: [],
      containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }],
    },
    false,
    "it is being started",
  ],
  [
    "finds no node",
    { conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes" }] },
    false,
    "0/3 nodes",
  ],
  [
    "was evicted",
    {
      conditions: [],
      reason: "Evicted",
      message: "low on disk",
      containerStatuses: [{ restartCount: 0, state: ended(137) }],
    },
    false,
    "the collector ended with exit code 137; Evicted: low on disk",
  ],
])("a pod that %s", (_, changes, failed, trouble) => {
  expect(view(changes)).toMatchObject({ failed, trouble });
});

test("only the collector's container counts", () => {
  const statuses = [
    { name: "sidecar", restartCount: 4, state: ended(1) },
    { name: "collector", restartCount: 0, state: { running: {} } },
  ];
  const both = pod("a", { containerStatuses: statuses }) as Pod;
  expect(podView(both, "collector").failed).toBe(false);
  expect(restartsOf(both, "collector")).toBe(0);
});

test("the last words of one that is started again are those of the one before", () => {
  expect(
    saidBefore(pod("a", status({ restartCount: 1, state: { waiting: {} } })) as Pod, undefined),
  ).toBe(true);
  expect(saidBefore(pod("a", status({ restartCount: 0, state: ended(1) })) as Pod, undefined)).toBe(
    false,
  );
});
