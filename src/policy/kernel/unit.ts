import { type Address, isLoopback, parseAddress } from "../addresses.ts";
import type { Rules, Subject } from "../policy.ts";
import { type Base, baseOf, isBelow } from "./writable.ts";

/** What a drop-in for systemd is made of. */
export interface UnitFacts {
  readonly rules: Rules;
  /** Absolute paths of directories that the processes of the unit must write to, whatever the policy says. */
  readonly writable: readonly string[];
  /** Absolute paths that they have no business in at all. */
  readonly hidden: readonly string[];
  /** Hosts that the unit itself must reach. */
  readonly hosts: readonly string[];
}

/**
 * The part of the policy that the kernel can enforce, as a drop-in for the unit that the agent runs in. What it cannot
 * say is written into it as a comment.
 */
export function unitDropIn(facts: UnitFacts): string {
  const lines = [
    "# Printed by `opampsupervisor policy unit`: print it again when agent.policy changes.",
    "[Service]",
    ...always,
    ...filesOf(facts),
    ...networkOf(facts),
  ];
  return `${lines.join("\n")}\n`;
}

const always = [
  "NoNewPrivileges=yes",
  "ProtectSystem=strict",
  "PrivateTmp=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectControlGroups=yes",
  "RestrictSUIDSGID=yes",
  "LockPersonality=yes",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
];

function filesOf({ rules, writable, hidden }: UnitFacts): readonly string[] {
  const { allow = [], deny = [] } = rules.limits.file_paths ?? {};
  const [allowed, denied] = [allow.map(baseOf), deny.map(baseOf)];
  const bases = allowed.map(({ path }) => path).filter((path) => path !== "/");
  const wide = allowed.filter(({ path }) => path === "/");
  const closed = denied.filter(({ exact, path }) => exact && path !== "/");
  const own = rules.ownFiles.filter((file) => isBelow(file, [...writable, ...bases]));
  return [
    ...unique(writable).map((path) => `ReadWritePaths=${pathText(path)}`),
    ...unique(bases).map((path) => `ReadWritePaths=-${pathText(path)}`),
    ...unique(own).map((path) => `ReadOnlyPaths=-${pathText(path)}`),
    ...unique([...closed.map(({ path }) => path), ...hidden]).map(
      (path) => `InaccessiblePaths=-${pathText(path)}`,
    ),
    ...(wide.length === 0
      ? []
      : [noteOf("file_paths.allow", wide, "nothing is made writable for")]),
    ...(closed.length === denied.length
      ? []
      : [
          noteOf(
            "file_paths.deny",
            denied.filter((each) => !closed.includes(each)),
            "not hidden:",
          ),
        ]),
  ];
}

function noteOf(list: string, bases: readonly Base[], what: string): string {
  return `# ${list}: ${what} ${bases.map(({ entry }) => onLine(entry)).join(", ")}`;
}

function onLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, " ");
}

function networkOf({ rules, hosts }: UnitFacts): readonly string[] {
  const denied = addressesOf(rules.limits.exporter_hosts?.deny ?? []);
  const deny = denied.addresses.map((each) => `IPAddressDeny=${each}`);
  const names =
    denied.others.length === 0
      ? []
      : [
          `# exporter_hosts.deny: names cannot be denied here: ${denied.others.map(onLine).join(", ")}`,
        ];
  return [...deny, ...names, ...allowedNetwork(rules, hosts)];
}

/** systemd's list holds for both directions: who may send here must be known too. */
function allowedNetwork(rules: Rules, hosts: readonly string[]): readonly string[] {
  const limits = (subject: Subject): readonly string[] | undefined => rules.limits[subject]?.allow;
  const [to, on] = [limits("exporter_hosts"), limits("listen")];
  if (to === undefined) return [];
  const allowed = addressesOf([...to.filter((each) => each !== "built-in"), ...hosts]);
  const openly = on?.every((entry) => isLoopback(parseAddress(entry)?.host)) === false;
  const why = [
    ...(allowed.others.length > 0
      ? [`names are looked up by nobody here: ${allowed.others.map(onLine).join(", ")}`]
      : []),
    ...(to.includes("built-in") ? ["built-in addresses are not known"] : []),
    ...(on === undefined || openly
      ? ["others may send to this agent, from addresses that the policy does not name"]
      : []),
  ];
  if (why.length > 0) return [`# IPAddressAllow is left out: ${why.join("; ")}`];
  return [
    "IPAddressDeny=any",
    `IPAddressAllow=${unique(["localhost", ...allowed.addresses]).join(" ")}`,
  ];
}

/** Entries as systemd writes addresses and ranges, and those that it cannot. */
function addressesOf(entries: readonly string[]): {
  readonly addresses: readonly string[];
  readonly others: readonly string[];
} {
  const read = entries.map((entry) => ({ entry, address: addressText(entry) }));
  return {
    addresses: read.flatMap(({ address }) => address ?? []),
    others: read.flatMap(({ entry, address }) => (address === undefined ? [entry] : [])),
  };
}

function addressText(entry: string): string | undefined {
  const [, range, length] = /^(.*)\/(\d+)$/.exec(entry.trim()) ?? [];
  const address = parseAddress(range ?? entry);
  if (address === undefined) return undefined;
  if (isLoopback(address.host) && range === undefined) return "localhost";
  const text = ipText(address);
  return text === undefined || length === undefined ? text : `${text}/${length}`;
}

function ipText({ host }: Address): string | undefined {
  if (host.is !== "ip") return undefined;
  const [high = 0, low = 0] = host.groups.slice(6);
  const isIpv4 = host.groups.slice(0, 5).every((each) => each === 0) && host.groups[5] === 0xffff;
  if (isIpv4) return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return host.groups.map((each) => each.toString(16)).join(":");
}

/** systemd reads `%` and quotes; a line ends at a line break. */
function pathText(path: string): string {
  const text = onLine(path).replaceAll("%", "%%");
  return /[\s"'\\;]/.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : text;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
