import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { nopConfig } from "../helpers/agent/agent-configs.ts";
import { collectorPath } from "../helpers/e2e/daemon.ts";
import { builtPackage } from "../helpers/systems/built-packages.ts";
import { bootAndRun, debianRoot, whyNoRoot } from "../helpers/systems/debian-root.ts";

const why = whyNoRoot();
const name = `deb: installed, configured, upgraded, removed and purged${why === undefined ? "" : ` (skipped: ${why})`}`;

/** What the host's administrator does, and what is so after each step. */
const steps = `
export DEBIAN_FRONTEND=noninteractive
unit=opampsupervisor
main() { systemctl show -p MainPID --value $unit; }
collector() { pgrep -x otelcol | head -1; }
active() { systemctl is-active $unit; }
until_true() { for i in $(seq 300); do eval "$1" && return; sleep 0.1; done; echo "in vain: $1"; }
healthy() { grep -c "agent is healthy" <(journalctl -u $unit -o cat); }

# Installed: enabled, and not started, as there is no configuration.
dpkg -i /v1.deb < /dev/null; say installed $?
say enabled "$(systemctl is-enabled $unit)"
say active-without-settings "$(active)"
systemctl start $unit; say start-without-settings "$?"
say active-still "$(active)"
say failed-units "$(systemctl --failed --plain --no-legend | wc -l)"
say user "$(getent passwd opampsupervisor | cut -d: -f6,7)"
say version-1 "$(opampsupervisor version)"
say schema "$(opampsupervisor schema | cmp - /usr/lib/opampsupervisor/supervisor.schema.json && echo same)"
say schema-of-example "$(stat -c %a "$(sed -n 's/.*$schema=//p' /etc/opampsupervisor/supervisor.yaml.example)")"
say completion "$(source /usr/share/bash-completion/completions/opampsupervisor && complete -p opampsupervisor)"
say completions "$(stat -c %a /usr/share/zsh/vendor-completions/_opampsupervisor /usr/share/fish/vendor_completions.d/opampsupervisor.fish | xargs)"
say cache "$(stat -c %a /usr/lib/opampsupervisor/dist/opampsupervisor.cjs.cache)"

# Configured as the example says, with the endpoint and the executable changed.
cd /etc/opampsupervisor
install -m 0640 -g opampsupervisor supervisor.yaml.example supervisor.yaml
sed -i 's,wss://opamp.example.com/v1/opamp,ws://127.0.0.1:4320,; s,/usr/bin/otelcol-contrib,/usr/bin/otelcol,; s,#config_files:,config_files:,' supervisor.yaml
install -m 0640 -g opampsupervisor /collector.yaml collector.yaml
echo "# mine" >> supervisor.yaml.example
opampsupervisor check --config supervisor.yaml; say check $?
systemctl start $unit; say start $?
until_true '[ "$(healthy)" -ge 1 ]'
say active-with-settings "$(active)"
say runs-as "$(ps -o user:20= -p "$(main)")"
say collectors "$(pgrep -x otelcol | wc -l)"
first=$(main); agent=$(collector)

# Upgraded: another supervisor, the same collector. Until then the old one works on beside the new files.
dpkg --unpack /v2.deb < /dev/null; say unpacked $?
systemctl reload $unit; say reload-between "$?"
# It may say only now that it reads again, so that "active" is no state that lasts here.
say old-goes-on "$(until_true '[ "$(active)" = active ]'; [ "$(main)" = "$first" ] && [ "$(collector)" = "$agent" ] && echo yes)"
dpkg --configure opampsupervisor; say upgraded $?
until_true '[ "$(active)" = active ]'
say version-2 "$(opampsupervisor version)"
say supervisor-changed "$([ "$(main)" != "$first" ] && [ "$(main)" != 0 ] && echo yes)"
say program-of-new "$(readlink /proc/$(main)/exe)"
say collector-stayed "$([ "$(collector)" = "$agent" ] && echo yes)"
say collectors-after "$(pgrep -x otelcol | wc -l)"
say example-kept "$(tail -1 supervisor.yaml.example)"
say settings-kept "$(grep -c 127.0.0.1:4320 supervisor.yaml)"

# Stopped and disabled by the administrator: an upgrade changes neither.
systemctl disable --now $unit
say collectors-stopped "$(pgrep -x otelcol | wc -l)"
dpkg -i /v1.deb < /dev/null
say enabled-after-disable "$(systemctl is-enabled $unit)"
say active-after-stop "$(active)"

# Removed while it runs: nothing runs, the settings stay; installed again, it goes on with them.
systemctl enable --now $unit
until_true '[ "$(active)" = active ]'
dpkg -r opampsupervisor; say removed $?
say left-running "$(pgrep -x otelcol | wc -l)"
say program-left "$(ls -d /usr/bin/opampsupervisor /usr/lib/opampsupervisor 2> /dev/null | wc -l)"
say settings-after-removal "$(grep -c 127.0.0.1:4320 supervisor.yaml)"
say state-after-removal "$(ls -d /var/lib/opampsupervisor)"
dpkg -i /v2.deb < /dev/null; say installed-again $?
until_true '[ "$(active)" = active ]'
say active-again "$(active)"

# Purged: nothing is left but the user, whose number is not to become another's.
cd /
dpkg -P opampsupervisor; say purged $?
say left "$(ls -d /etc/opampsupervisor /var/lib/opampsupervisor /var/log/opampsupervisor /usr/lib/opampsupervisor /usr/share/doc/opampsupervisor 2> /dev/null | wc -l)"
say links-left "$(find /etc/systemd -name 'opampsupervisor*' | wc -l)"
say user-left "$(getent passwd opampsupervisor | wc -l)"
say collectors-left "$(pgrep -x otelcol | wc -l)"
`;

test.skipIf(why !== undefined)(
  name,
  async () => {
    const root = debianRoot();
    copyFileSync(builtPackage("deb", "9.0.1"), join(root, "v1.deb"));
    copyFileSync(builtPackage("deb", "9.0.2"), join(root, "v2.deb"));
    copyFileSync(collectorPath(), join(root, "usr/bin/otelcol"));
    writeFileSync(join(root, "collector.yaml"), nopConfig("local"));
    const said = await bootAndRun(root, steps);
    const log = join(root, "trial.log");
    const printed = existsSync(log) ? readFileSync(log, "utf8") : "";
    expect(Object.fromEntries(said), printed).toEqual({
      installed: "0",
      enabled: "enabled",
      "active-without-settings": "inactive",
      "start-without-settings": "0",
      "active-still": "inactive",
      "failed-units": "0",
      user: "/var/lib/opampsupervisor:/usr/sbin/nologin",
      "version-1": "9.0.1",
      schema: "same",
      "schema-of-example": "644",
      completion: "complete -F _opampsupervisor opampsupervisor",
      completions: "644 644",
      cache: "644",
      check: "0",
      start: "0",
      "active-with-settings": "active",
      "runs-as": "opampsupervisor",
      collectors: "1",
      unpacked: "0",
      "reload-between": "0",
      "old-goes-on": "yes",
      upgraded: "0",
      "version-2": "9.0.2",
      "supervisor-changed": "yes",
      "program-of-new": "/usr/lib/opampsupervisor/node",
      "collector-stayed": "yes",
      "collectors-after": "1",
      "example-kept": "# mine",
      "settings-kept": "1",
      "collectors-stopped": "0",
      "enabled-after-disable": "disabled",
      "active-after-stop": "inactive",
      removed: "0",
      "left-running": "0",
      "program-left": "0",
      "settings-after-removal": "1",
      "state-after-removal": "/var/lib/opampsupervisor",
      "installed-again": "0",
      "active-again": "active",
      purged: "0",
      left: "0",
      "links-left": "0",
      "user-left": "1",
      "collectors-left": "0",
    });
  },
  900_000,
);
