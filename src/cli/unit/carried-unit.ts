/** What of a collector's unit the supervisor's has to have too. */
export type CarriedUnit =
  | {
      readonly is: "carried";
      /** A drop-in for the supervisor's unit. */
      readonly dropIn: string;
      /** Lines that are left out and may have meant something. */
      readonly leftOut: readonly string[];
    }
  | { readonly is: "refused"; readonly why: string };

/** Who it is, what it gets and what it may: carried as it is written. */
const carried =
  /^(User|Group|SupplementaryGroups|Environment|EnvironmentFile|PassEnvironment|UnsetEnvironment|(Load|Set)Credential\w*|AmbientCapabilities|CapabilityBoundingSet|SecureBits|WorkingDirectory|UMask|Nice|OOMScoreAdjust|Slice|TasksMax|(Limit|Memory(?!DenyWrite)|CPU|IO|IPAddress|Protect|Private|Restrict)\w*|NoNewPrivileges|LockPersonality|RemoveIPC|(ReadWrite|ReadOnly|Inaccessible|NoExec|Exec|Bind|BindReadOnly)Paths|TemporaryFileSystem|DeviceAllow|DevicePolicy|(State|Cache|Runtime|Logs)Directory\w*)$/;

/** What says how the collector itself is started, watched and ended: the supervisor's unit has its own. */
const ours =
  /^(ExecStart|ExecReload|Type|Restart\w*|KillMode|KillSignal|SendSIGKILL|Timeout\w*|PIDFile|NotifyAccess|Watchdog\w*|RemainAfterExit|StandardInput|StandardOutput|StandardError|Syslog\w*|SuccessExitStatus|GuessMainPID|FinalKillSignal)$/;

const impossible = /^(DynamicUser|RootDirectory|RootImage)$/;

/** The hardening of the supervisor's unit, taken back: the collector was not made for it. */
const opened = [
  "NoNewPrivileges=no",
  "CapabilityBoundingSet=~",
  "ProtectSystem=no",
  "ProtectHome=no",
  "TemporaryFileSystem=",
  "PrivateDevices=no",
  "ProtectKernelTunables=no",
  "ProtectKernelModules=no",
  "ProtectKernelLogs=no",
  "ProtectControlGroups=no",
  "ProtectClock=no",
  "ProtectHostname=no",
  "RestrictNamespaces=no",
  "RestrictSUIDSGID=no",
  "RestrictRealtime=no",
  "LockPersonality=no",
  "RemoveIPC=no",
  "RestrictAddressFamilies=",
  "SystemCallArchitectures=",
  "SystemCallFilter=",
  "SystemCallErrorNumber=",
  "LimitNOFILE=",
  "UMask=0022",
  "User=root",
  "Group=",
  "SupplementaryGroups=",
  "WorkingDirectory=/",
];

/** Reads what `systemctl cat` prints of a unit: its file and all drop-ins, in their order. */
export function carriedUnit(unit: string, printed: string): CarriedUnit {
  const entries = serviceLines(printed);
  const wrong = entries.find(
    ([key, value]) => impossible.test(key) && !/^(no|false|0|)$/i.test(value),
  );
  if (wrong !== undefined) {
    return { is: "refused", why: `${wrong[0]}=${wrong[1]} cannot be taken over` };
  }
  const kept = entries.filter(([key]) => carried.test(key)).map(textOf);
  const named = kept.find((line) => /%[nNpPiIjJfyY]/.test(line.replaceAll("%%", "")));
  if (named !== undefined) {
    return { is: "refused", why: `${named}: this would mean another thing in another unit` };
  }
  const leftOut = entries.filter(([key]) => !carried.test(key) && !ours.test(key)).map(textOf);
  const dropIn = [
    `# Written by opampsupervisor take-over: the collector runs as it did in ${unit}. give-back removes this file.`,
    "[Service]",
    "# As open as that unit, with what it was closed by below. Take lines away to harden it (docs/systemd.md).",
    ...opened,
    `# From ${unit}:`,
    ...kept,
    "",
  ].join("\n");
  return { is: "carried", dropIn, leftOut };
}

function textOf([key, value]: readonly [string, string]): string {
  return `${key}=${value}`;
}

function serviceLines(printed: string): readonly (readonly [string, string])[] {
  let section = "";
  const found: (readonly [string, string])[] = [];
  for (const line of wholeLines(printed)) {
    if (line.startsWith("[")) section = line;
    const [, key = "", value = ""] = /^(\w+)\s*=\s*([\s\S]*)$/.exec(line) ?? [];
    if (section === "[Service]" && key !== "") found.push([key, value]);
  }
  return found;
}

/** As systemd joins them: a comment is none of the line that it stands in, and goes on in no other. */
function wholeLines(printed: string): readonly string[] {
  const lines: string[] = [];
  let begun = "";
  for (const raw of printed.split("\n")) {
    if (/^\s*[#;]/.test(raw)) continue;
    const text = `${begun}${raw.trimStart()}`;
    const isOpen = /(?<!\\)(\\\\)*\\$/.test(text);
    begun = isOpen ? `${text.slice(0, -1)} ` : "";
    if (!isOpen) lines.push(text.trim());
  }
  return [...lines, begun.trim()];
}
