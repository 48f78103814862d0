/** What may be waited for and how much may be taken in before a way counts as failed. */
export interface Limits {
  /** From the first look-up of a server's name to an open connection. */
  readonly connectMs: number;
  /** The longest silence of a server that is connected. */
  readonly stallMs: number;
  /** How long a candidate may take to answer `--version`. */
  readonly versionCheckMs: number;
  /** How long a whole build may take, and the installation of Go before it. */
  readonly buildMs: number;
  readonly maxCheckFileBytes: number;
  readonly maxArchiveBytes: number;
  readonly maxProgramBytes: number;
}
