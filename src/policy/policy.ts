/** What one subject permits. A value must be in `allow`, where there is such a list, and never in `deny`. */
export interface Limits {
  /** Undefined: everything; an empty list: nothing. */
  readonly allow: readonly string[] | undefined;
  readonly deny: readonly string[];
}

/** The subjects of `agent.policy`, by the names that users write. */
export const subjects = [
  "components",
  "exporter_hosts",
  "file_paths",
  "providers",
  "listen",
] as const;

/** One of them. */
export type Subject = (typeof subjects)[number];

/** `agent.policy`: what a configuration with a remote part may contain. Plain data, so that two can be compared. */
export interface Rules {
  /** A subject that is not written is not restricted. */
  readonly limits: Readonly<Partial<Record<Subject, Limits>>>;
  /** Settings that name neither a file nor a host although they may look so: `exporters.signalfx.realm`. */
  readonly notPlaces?: readonly string[];
  /** Absolute paths of the supervisor's own files: no configuration may name them. */
  readonly ownFiles: readonly string[];
  /** Addresses of the health check that the supervisor itself adds: never refused. */
  readonly ownHealthChecks: readonly string[];
  /** Addresses of the metrics reader that it adds, beside the usual one; none when missing. */
  readonly ownReaders?: readonly string[];
}

/** Something in a configuration that the rules do not permit. */
export interface Violation {
  /** `components.deny` and the like, as the user writes it below `agent.policy`. */
  readonly rule: string;
  /** Where it stands in the configuration. */
  readonly path: string;
  /** What stands there; without user names, passwords and defaults. */
  readonly found: string;
  /** The offered text that sets the value, where one does. */
  readonly layer?: string;
  /** Set where more than the value is to be said. */
  readonly why?: string;
}

/** True of rules that restrict more than the way to the supervisor's own files. */
export function restricts({ limits, notPlaces = [] }: Rules): boolean {
  return Object.keys(limits).length > 0 || notPlaces.length > 0;
}
