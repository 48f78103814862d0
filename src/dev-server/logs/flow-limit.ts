/** How much has gone through lately; it drains by itself. */
export interface Flow {
  readonly level: number;
  readonly at: number;
}

/** How much may go through: so much in a second, and so much at once. */
export interface FlowLimit {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** Nothing has gone through. */
export const stillFlow: Flow = { level: 0, at: 0 };

/** The flow with so much more in it at this moment (ms), or how long to wait until that may go through. */
export function through(
  { level, at }: Flow,
  amount: number,
  now: number,
  { perSecond, atOnce }: FlowLimit,
): Flow | { readonly waitMs: number } {
  const drained = Math.max(0, level - (Math.max(0, now - at) / 1_000) * perSecond);
  const excess = drained + amount - atOnce;
  // What is larger than all that may ever go at once goes when nothing else does.
  if (excess <= 0 || drained === 0) return { level: drained + amount, at: now };
  return { waitMs: Math.ceil((Math.min(excess, drained) / perSecond) * 1_000) };
}
