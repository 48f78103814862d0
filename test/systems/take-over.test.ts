import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nopConfig } from "../helpers/agent/agent-configs.ts";
import { eventually } from "../helpers/e2e/daemon.ts";
import { type Machine, bootMachine, lackOfSystemd } from "../helpers/systems/systemd-machine.ts";

const lack = lackOfSystemd();
if (lack !== undefined) process.stderr.write(`skipped: take-over in a real systemd, ${lack}\n`);

const unit = `[Unit]
Description=A collector as its package installs it
[Service]
EnvironmentFile=/etc/otelcol-contrib/otelcol-contrib.conf
ExecStart=/usr/bin/otelcol $OTELCOL_OPTIONS
KillMode=mixed
Restart=on-failure
User=otelcol-contrib
Group=otelcol-contrib
[Install]
WantedBy=multi-user.target
`;
describe.skipIf(lack !== undefined)("a collector with a unit of its own", () => {
  let machine: Machine;
  const run = (command: string): string => machine.run(command);
  const show = (name: string, property: string): string =>
    run(`systemctl show -P ${property} ${name}`);
  const old = "otelcol-contrib.service";
  const command = `opampsupervisor take-over --unit otelcol-contrib --endpoint ws://127.0.0.1:4320`;
  const files = (): string =>
    run("find /etc -newer /root/before -type f ! -name '*.cache' | sort; true");

  beforeAll(async () => {
    machine = await bootMachine();
    run("useradd --system --no-create-home otelcol-contrib");
    machine.write("/etc/otelcol-contrib/config.yaml", nopConfig("local"));
    run(
      "chown root:otelcol-contrib /etc/otelcol-contrib/config.yaml; chmod 640 /etc/otelcol-contrib/config.yaml",
    );
    machine.write(
      "/etc/otelcol-contrib/otelcol-contrib.conf",
      "OTELCOL_OPTIONS=--config=/etc/otelcol-contrib/config.yaml --set=exporters.nop/set=\nSECRET=planted-5678\n",
    );
    machine.write(`/usr/lib/systemd/system/${old}`, unit);
    run(`systemctl daemon-reload; systemctl enable -q --now ${old}; touch /root/before; sleep 0.1`);
    expect(show(old, "ActiveState")).toBe("active");
  });
  afterAll(() => machine.end());

  test("a dry run shows what would be done, and does nothing", () => {
    const said = run(`${command} --dry-run`);
    for (const each of [
      "write   /etc/opampsupervisor/supervisor.yaml",
      "executable: /usr/bin/otelcol",
      "write   /etc/opampsupervisor/taken-over/set-1.yaml",
      "EnvironmentFile=/etc/otelcol-contrib/otelcol-contrib.conf",
      `run     systemctl stop ${old}`,
    ]) {
      expect(said).toContain(each);
    }
    expect(said).not.toContain("planted");
    expect(files()).toBe("");
    expect(show(old, "ActiveState")).toBe("active");
  });

  test("what cannot be taken over is refused with the reason, and nothing is changed", () => {
    for (const [wrong, why] of [
      ["--unit nothing", "found it not-found"],
      ["--unit opampsupervisor", "the supervisor's own unit"],
      ["--unit otelcol-contrib", "name the OpAMP server by --endpoint"],
      ["--unit dbus", "it has no --config"],
    ] as const) {
      const { code, output } = machine.tryRun(`opampsupervisor take-over ${wrong}`);
      expect(output).toContain(why);
      expect(code).toBe(1);
    }
    expect(files()).toBe("");
    expect(machine.tryRun("opampsupervisor give-back").output).toContain("nothing is taken over");
  });

  test("it runs under the supervisor as it did, its own unit cannot start beside it, and back", () => {
    expect(run(command)).toContain("runs under opampsupervisor.service: Healthy");
    expect(show(old, "ActiveState")).toBe("inactive");
    expect(run("systemctl is-enabled opampsupervisor")).toBe("enabled");
    expect(run("pgrep -x otelcol").split("\n")).toHaveLength(1);
    expect(run("ps -o user:20= -C otelcol")).toBe("otelcol-contrib");
    expect(run("tr '\\0' '\\n' < /proc/$(pgrep -x otelcol)/environ")).toContain(
      "SECRET=planted-5678",
    );
    expect(run("cat /var/lib/opampsupervisor/effective.yaml")).toContain("nop/set");
    // A new version of its package does this.
    run(`systemctl enable -q ${old}; systemctl restart ${old}`);
    expect(show(old, "ConditionResult")).toBe("no");
    expect(run("pgrep -x otelcol").split("\n")).toHaveLength(1);
    expect(machine.tryRun(command).output).toContain("taken over already");

    run("opampsupervisor give-back");
    expect(show(old, "ActiveState")).toBe("active");
    expect(run(`systemctl is-enabled ${old}`)).toBe("enabled");
    expect(show(old, "DropInPaths")).toBe("");
    expect(show("opampsupervisor", "ActiveState")).toBe("inactive");
    expect(machine.tryRun("systemctl is-enabled opampsupervisor").output).toBe("disabled");
    expect(run("pgrep -x otelcol").split("\n")).toHaveLength(1);
  });

  test("what stands in supervisor.yaml stays, and no copy of it is for all to read", () => {
    run("systemctl stop opampsupervisor; chmod 600 /etc/opampsupervisor/supervisor.yaml");
    const settings =
      "# Mine.\nserver:\n  endpoint: ws://127.0.0.1:4320 # Here.\n  headers: {authorization: Bearer planted-9876}\n";
    machine.write("/etc/opampsupervisor/supervisor.yaml", settings);
    run("systemctl start opampsupervisor || true");
    const alone = "opampsupervisor take-over --unit otelcol-contrib";
    expect(run(`${alone} --dry-run`)).not.toContain("planted-9876");
    run(alone);
    const after = run("cat /etc/opampsupervisor/supervisor.yaml");
    expect(after).toContain("# Mine.");
    expect(after).toContain("planted-9876");
    expect(run("grep -rl planted-9876 /etc | xargs stat -c %a").split("\n").toSorted()).toEqual([
      "600",
      "640",
    ]);
    run("opampsupervisor give-back");
    expect(show(old, "ActiveState")).toBe("active");
  });

  test("where it does not get healthy under the supervisor it is given back by itself", async () => {
    run("rm -rf /var/lib/opampsupervisor && touch /var/lib/opampsupervisor");
    const { code, output } = machine.tryRun(command);
    expect(output).toContain("it is given back");
    expect(code).toBe(1);
    await eventually(() => show(old, "ActiveState") === "active");
    expect(show(old, "DropInPaths")).toBe("");
    expect(run("pgrep -x otelcol").split("\n")).toHaveLength(1);
  });
});
