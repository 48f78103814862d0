/** A piece of the supervisor's work that is over. Numbers stand for ids: those are the edge's. */
export interface Span {
  /** The same for all spans of one piece of work. */
  readonly trace: number;
  readonly number: number;
  readonly parent: number | undefined;
  readonly name: SpanName;
  readonly startAt: number;
  readonly endAt: number;
  readonly status: SpanStatus;
  readonly attributes: Readonly<Record<string, string | number>>;
}

export type SpanStatus =
  { readonly is: "unset" } | { readonly is: "ok" } | { readonly is: "error"; readonly why: string };

/** Every span there is, with what it covers; the names with a capital inside are the reference's. */
export const spanNames = {
  GetBootstrapInfo: "the agent's binary is asked what it is",
  onMessage: "a message with a new remote configuration is taken in and rendered",
  processRemoteConfigMessage: "all from that message to the verdict",
  validate: "the binary validates the configuration",
  write: "the configuration is written to disk",
  apply: "the agent is reloaded or restarted, until it is healthy",
  verdict: "the agent proves itself, until the verdict",
} as const;

export type SpanName = keyof typeof spanNames;
