import type { Instant } from "./time.ts";

/** What is known of the file that the agent writes its log into. */
export interface LogWatch {
  /** True while an answer is awaited. */
  readonly asked: boolean;
  /** When its size is looked at next. */
  readonly dueAt: Instant;
  /** Why a log that is too large could not be set aside; undefined when it could. */
  readonly problem: string | undefined;
  /** Why what the agent says now is in no log; undefined when it is. */
  readonly missing?: string | undefined;
}

/** What a look at the agent's log came to. */
export type LogLook =
  | { readonly is: "small" }
  /** What the agent says now is in no log, for this reason. */
  | { readonly is: "gone"; readonly why: string }
  | {
      readonly is: "set-aside";
      readonly keptBytes: number;
      /** Older ones that were not copied, because the log was far too large. */
      readonly skippedBytes: number;
      /** Written between the copy and the emptying. */
      readonly lostBytes: number;
    };
