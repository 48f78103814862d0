/** Something wrong with a file of the user's, with its place. */
export interface Problem {
  readonly code: ProblemCode;
  /** `error` stops the start; `warning` is logged. */
  readonly severity: "error" | "warning";
  /** Dotted path of the key, `server.endpoint`; empty for the whole file. */
  readonly path: string;
  readonly file: string;
  /** From 1; 0 when the problem has no place in the file. */
  readonly line: number;
  readonly column: number;
  /** The text of that line, for the caret. */
  readonly sourceLine: string;
  /** What was expected, what was found, what to do. */
  readonly message: string;
}

export type ProblemCode =
  | "file-unreadable"
  | "yaml-invalid"
  | "key-unknown"
  | "key-missing"
  | "key-duplicate"
  | "type-wrong"
  | "value-invalid"
  | "variable-unset"
  | "file-missing"
  | "source-unreachable"
  | "not-executable"
  | "not-writable"
  | "no-collector"
  | "no-wall"
  | "config-refused"
  | "not-acted-on";
