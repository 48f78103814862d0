/** What can make a start impossible. Expected failures of a running daemon are values, never thrown. */
type ErrorCode =
  | "settings-invalid"
  | "agent-not-found"
  | "store-unreadable"
  | "store-locked"
  | "port-in-use"
  | "no-wall"
  | "collector-not-found"
  | "download-failed"
  | "download-refused"
  | "checksum-mismatch"
  | "build-failed"
  | "proxy-failed"
  | "not-running"
  | "message-malformed"
  | "internal";

/**
 * The one error class. The message is lower case without a full stop and says what was expected and what
 * was found; `cause` keeps the original.
 */
export class SupervisorError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "SupervisorError";
    this.code = code;
  }
}

/** Makes a SupervisorError of anything that was thrown: keeps ours as they are and wraps all others. */
export function fromUnknown(error: unknown, code: ErrorCode = "internal"): SupervisorError {
  if (error instanceof SupervisorError) return error;
  return new SupervisorError(code, messageOf(error), { cause: error });
}

/** The text of anything thrown, for a log line or a report. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's short name for a failure (`ENOSPC`), or undefined when it has none. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** True where this process, or the whole system, lacks something at the moment: whoever was to be reached is not at fault. */
export function isScarcity(error: unknown): boolean {
  return ["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"].includes(systemCodeOf(error) ?? "");
}

/**
 * True of failures that the system or another program causes and no code of ours: a call of the system that failed, a
 * connection that broke off, a request that was given up.
 */
export function isFromOutside(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "AbortError" || error.name === "TimeoutError") return true;
  const code = systemCodeOf(error) ?? "";
  return "syscall" in error || outsideCodes.test(code);
}

const outsideCodes =
  /^(?:E(?:AGAIN|BUSY|CONN[A-Z]+|DQUOT|EXIST|HOSTUNREACH|IO|INVAL|MFILE|NETUNREACH|NFILE|NOBUFS|NOENT|NOMEM|NOSPC|NOTCONN|NXIO|PERM|ACCES|PIPE|PROTO|ROFS|TIMEDOUT)|ERR_STREAM_(?:DESTROYED|PREMATURE_CLOSE|WRITE_AFTER_END)|ERR_(?:SSL|TLS)_\w+|WS_ERR_\w+|(?:CERT|CRL|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)_\w+|HPE_\w+|Z_\w+)$/;
