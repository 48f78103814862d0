import type { Instant } from "./time.ts";

/** Whether a server waits to hear which layer set each value of the configuration in effect. */
export interface LayersAsked {
  readonly isAsked: boolean;
  /** True while the answer is worked out. */
  readonly isUnderWay: boolean;
  /** The next answer is not worked out before this moment. */
  readonly notBefore: Instant;
}

/** Nobody has asked. */
export const layersUnasked: LayersAsked = { isAsked: false, isUnderWay: false, notBefore: 0 };
