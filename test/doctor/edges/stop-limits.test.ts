import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, expect } from "vitest";
import { stopLimits } from "../../../src/doctor/edges/stop-limits.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const nobody = new Map<string, string>();
const service = (more = ""): string =>
  `[Service]\nExecStart=/usr/bin/opampsupervisor --config=/etc/supervisor.yaml\n${more}`;

function rootWith(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

test.each([
  ["", 90_000],
  ["TimeoutStopSec=20\n", 20_000],
  ["TimeoutStopSec=1min 30s\n", 90_000],
  ["TimeoutStopSec=500ms\n", 500],
  ["TimeoutSec=5s\n", 5_000],
])("the limit of a unit that runs this program is read: %j", (more, limitMs) => {
  const root = rootWith({ "etc/systemd/system/otel.service": service(more) });
  expect(stopLimits(nobody, root)).toEqual([
    { where: `TimeoutStopSec of ${root}/etc/systemd/system/otel.service`, limitMs },
  ]);
});

test("a drop-in and the administrator's unit win over the package's", () => {
  const unit = "system/otel.service";
  const root = rootWith({
    [`usr/lib/systemd/${unit}`]: service("TimeoutStopSec=1\n"),
    [`etc/systemd/${unit}`]: service("TimeoutStopSec=2\n"),
    [`etc/systemd/${unit}.d/more.conf`]: "[Service]\nTimeoutStopSec=3\n",
  });
  expect(stopLimits(nobody, root).map(({ limitMs }) => limitMs)).toEqual([3_000]);
});

test("a unit that waits for ever and units of other programs limit nothing", () => {
  const root = rootWith({
    "etc/systemd/system/a.service": service("TimeoutStopSec=infinity\n"),
    "etc/systemd/system/b.service": "[Service]\nExecStart=/usr/bin/sshd\nTimeoutStopSec=1\n",
    "etc/systemd/system/c.timer": service(),
  });
  expect(stopLimits(nobody, root)).toEqual([]);
});

test("in a pod and in a task the platform's usual limits are known", () => {
  const environment = new Map([
    ["KUBERNETES_SERVICE_HOST", "10.0.0.1"],
    ["ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/x"],
  ]);
  expect(stopLimits(environment, temporaryFolder()).map(({ limitMs }) => limitMs)).toEqual([
    30_000, 30_000,
  ]);
});
