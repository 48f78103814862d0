/** What can make a start impossible. Expected failures of a running daemon are values, never thrown. */
type ErrorCode =
  | "settings-invalid"
  | "agent-not-found"
  | "store-unreadable"
  | "store-locked"
  | "port-in-use"
  | "collector-not-found"
  | "download-failed"
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
