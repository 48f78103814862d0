import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nopConfig } from "../helpers/agent/agent-configs.ts";
import { eventually } from "../helpers/e2e/daemon.ts";
import { type Machine, bootMachine, lackOfSystemd } from "../helpers/systems/systemd-machine.ts";

const lack = lackOfSystemd();
if (lack !== undefined) process.stderr.write(`skipped: the unit in a real systemd, ${lack}\n`);

const unit = "opampsupervisor";
const dropIn = `/run/systemd/system/${unit}.service.d/test.conf`;

interface Wish {
  /** More lines of `agent`, indented by two. */
  readonly agent?: string;
  readonly executable?: string;
  readonly leftover?: "stop" | "adopt";
  readonly server?: string;
  readonly health?: string;
}

describe.skipIf(lack !== undefined)("the unit in a real systemd", () => {
  let machine: Machine;
  const run = (command: string): string => machine.run(command);
  const show = (property: string): string => run(`systemctl show -P ${property} ${unit}`);
  const agentPid = (): string => run("pgrep -x otelcol || true");
  const isHealthy = (): boolean => show("StatusText").startsWith("Healthy");

  function configure({ agent = "", ...wish }: Wish = {}): void {
    const { executable = "/usr/bin/otelcol", leftover = "adopt", server = "" } = wish;
    machine.write(
      "/etc/opampsupervisor/local.yaml",
      nopConfig("local", { health: "127.0.0.1:13133" }),
    );
    machine.write(
      "/etc/opampsupervisor/supervisor.yaml",
      `server:\n  endpoint: ws://127.0.0.1:4320\n${server}capabilities: {accepts_remote_config: true}\nagent:\n  executable: ${executable}\n  leftover: ${leftover}\n  config_files: [/etc/opampsupervisor/local.yaml]\n${agent}storage: {directory: /var/lib/opampsupervisor}\n`,
    );
  }
  function withDropIn(lines: string): void {
    machine.write(dropIn, `[Service]\n${lines}\n`);
    run("systemctl daemon-reload");
  }

  beforeAll(async () => {
    machine = await bootMachine();
  });
  afterAll(() => machine.end());
  beforeEach(() => {
    run(`systemctl stop ${unit}; systemctl reset-failed ${unit} 2>/dev/null; rm -rf ${dropIn}`);
    run("systemctl daemon-reload; pkill -KILL -x otelcol; true");
  });

  test("systemd finds nothing wrong with it, and little that it could do to its machine", () => {
    expect(run(`systemd-analyze verify ${unit}.service`)).toBe("");
    const [, level = "10"] =
      /exposure level for \S+: (\S+)/.exec(run(`systemd-analyze security --no-pager ${unit}`)) ??
      [];
    expect(Number(level)).toBeLessThan(3);
  });

  test("it does not start without a configuration", () => {
    run("rm -f /etc/opampsupervisor/supervisor.yaml");
    run(`systemctl start ${unit}`);
    expect(show("ConditionResult")).toBe("no");
    expect(show("ActiveState")).toBe("inactive");
  });

  test("it is ready when the collector is healthy, and says so", async () => {
    configure();
    run(`systemctl start ${unit}`);
    expect(run(`systemctl is-active ${unit}`)).toBe("active");
    await eventually(isHealthy);
    expect(show("StatusText")).toMatch(
      /^Healthy, generation \d+, not connected to 127\.0\.0\.1:4320 \(/,
    );
    const variables = run(`tr '\\0' '\\n' < /proc/${agentPid()}/environ`);
    expect(variables).not.toMatch(/^(NOTIFY_SOCKET|WATCHDOG_\w+)=/m);
    expect(run(`ps -o user= -p ${agentPid()}`)).toMatch(/^opamps/);
    const warnings = run(`journalctl -u ${unit} -p warning -o cat`);
    expect(warnings).toContain("not connected endpoint=ws://127.0.0.1:4320");
    expect(warnings).not.toContain("agent is healthy");
  });

  test("it is ready with a collector that never gets healthy, and the status says why", async () => {
    configure({ executable: "/usr/lib/agents/never-healthy.mjs", leftover: "stop" });
    withDropIn("TimeoutStartSec=4");
    run(`systemctl start ${unit}`);
    expect(run(`systemctl is-active ${unit}`)).toBe("active");
    await eventually(() => /^(Starting|Restarting) \(/.test(show("StatusText")));
    expect(show("NRestarts")).toBe("0");
  });

  test("a mistake in the configuration is said once, not again and again", () => {
    machine.write("/etc/opampsupervisor/supervisor.yaml", "agent: {executabel: x}\n");
    expect(machine.tryRun(`systemctl start ${unit}`).code).not.toBe(0);
    expect(show("ExecMainStatus")).toBe("2");
    expect(show("ActiveState")).toBe("failed");
    expect(run(`journalctl -u ${unit} -o cat -n 20`)).toContain("executabel");
  });

  test("what is read again is told as a reload, and the collector goes on", async () => {
    configure();
    run(`systemctl start ${unit}`);
    await eventually(isHealthy);
    const pid = agentPid();
    configure({ agent: "  stop_timeout: 11s\n" });
    run(`systemctl reload ${unit}`);
    await eventually(() => run(`journalctl -u ${unit} -o cat -n 20`).includes("stop_timeout"));
    await eventually(() => show("SubState") === "running");
    expect(agentPid()).toBe(pid);
  });

  test("one whose loop stands still is killed and started again, and its collector goes on", async () => {
    configure();
    withDropIn("WatchdogSec=4");
    run(`systemctl start ${unit}`);
    await eventually(isHealthy);
    const [pid, main] = [agentPid(), show("MainPID")];
    // Longer than the watchdog waits: it lives by its signs of life.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(show("MainPID")).toBe(main);
    run(`kill -STOP ${main}`);
    await eventually(() => show("NRestarts") === "1" && isHealthy());
    expect(run(`journalctl -u ${unit} -o cat -n 200`)).toContain("Watchdog timeout (limit 4s)!");
    expect(agentPid()).toBe(pid);
  });

  test("kill -9 of the supervisor leaves the collector alone, of the collector the supervisor", async () => {
    configure();
    run(`systemctl start ${unit}`);
    await eventually(isHealthy);
    const [pid, main] = [agentPid(), show("MainPID")];
    run(`kill -KILL ${main}`);
    await eventually(() => !["0", main].includes(show("MainPID")) && isHealthy());
    expect(agentPid()).toBe(pid);
    const next = show("MainPID");
    run(`kill -KILL ${pid}`);
    await eventually(() => !["", pid].includes(agentPid()) && isHealthy());
    expect(show("MainPID")).toBe(next);
  });

  test("a new version of the program comes into force by a restart, and the collector goes on", async () => {
    configure();
    run(`systemctl start ${unit}`);
    await eventually(isHealthy);
    const [pid, main] = [agentPid(), show("MainPID")];
    const manifest = join(machine.program, "package.json");
    cpSync(join(machine.program, "dist"), join(machine.program, "new"), { recursive: true });
    run("cd /usr/lib/opampsupervisor && rm -rf dist && mv new dist");
    const { version, ...rest } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    writeFileSync(manifest, JSON.stringify({ ...rest, version: `${version}-next` }));
    run(`systemctl restart ${unit}`);
    await eventually(isHealthy);
    expect(show("MainPID")).not.toBe(main);
    expect(run(`journalctl -u ${unit} -o cat -n 40`)).toContain(`version=${version}-next`);
    expect(agentPid()).toBe(pid);
    // /tmp and what it writes to is still there for it.
    expect(run(`nsenter -m -t ${pid} sh -c 'touch /tmp/a && ls /tmp'`)).toBe("a");
    run(`systemctl stop ${unit}`);
    expect(agentPid()).toBe("");
    expect(show("Result")).toBe("success");
  });

  test("without leftover: adopt a restart is one of both", async () => {
    configure({ leftover: "stop" });
    run(`systemctl start ${unit}`);
    await eventually(isHealthy);
    const pid = agentPid();
    run(`systemctl restart ${unit}`);
    await eventually(isHealthy);
    expect(agentPid()).not.toBe(pid);
    expect(show("NRestarts")).toBe("0");
  });

  test("a stop takes as long as the collector may drain, whatever the unit says", async () => {
    configure({
      executable: "/usr/lib/agents/ignores-sigterm.mjs",
      leftover: "stop",
      agent: "  stop_timeout: 5s\n",
    });
    withDropIn("TimeoutStopSec=2");
    run(`systemctl start ${unit}`);
    await eventually(isHealthy);
    run(`systemctl stop ${unit}`);
    expect(show("Result")).toBe("success");
    expect(run(`journalctl -u ${unit} -o cat -n 40`)).toContain("killed");
    expect(run("pgrep -f ignores-sigter[m] || true")).toBe("");
  });

  test("a token that only root may read reaches the server as a header, and no log", async () => {
    machine.write("/etc/opampsupervisor/token", "planted-token-1234\n");
    run("chmod 600 /etc/opampsupervisor/token");
    machine.write(
      "/root/server.cjs",
      `require("http").createServer((q, s) => { require("fs").writeFileSync("/root/seen", String(q.headers.authorization)); s.writeHead(503); s.end(); }).listen(4320)`,
    );
    run("systemd-run --unit=server --quiet node /root/server.cjs");
    configure({
      server: "  header_files: {authorization: '${CREDENTIALS_DIRECTORY}/token'}\n",
    });
    withDropIn("LoadCredential=token:/etc/opampsupervisor/token");
    run(`systemctl start ${unit}`);
    await eventually(() => run("cat /root/seen 2>/dev/null || true") === "planted-token-1234");
    run(`rm /root/seen; systemctl restart ${unit}`);
    await eventually(() => run("cat /root/seen 2>/dev/null || true") === "planted-token-1234");
    expect(run(`journalctl -u ${unit} -o cat -n 100`)).not.toContain("planted-token");
    run("systemctl stop server");
  });
});
