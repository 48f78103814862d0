import type { Instant } from "./time.ts";

/** Whether a server waits to hear which layer set each value of the configuration in effect. */
export interface LayersAsked {
  readonly isAsked: boolean;
  /** Since when an answer is worked out; undefined: none is. */
  readonly underWaySince: Instant | undefined;
  /** The next answer is not worked out before this moment. */
  readonly notBefore: Instant;
}

/** Nobody has asked. */
export const layersUnasked: LayersAsked = {
  isAsked: false,
  underWaySince: undefined,
  notBefore: 0,
};
