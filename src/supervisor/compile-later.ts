import { setFlagsFromString } from "node:v8";

/** In units of V8's bytecode that ran; Node 20, 22 and 24 begin with 67,584. */
const budget = 1_000_000;

/**
 * Has V8 compile a function for speed only when it has run fifteen times as much as usual. To read one large offer is the
 * only long work here, done at once and seldom: what compiles meanwhile costs more than it gives back. Called when there
 * is the first such work, because what Node itself loads later is not taken from its own cache any more.
 */
export function compileLater(): void {
  setFlagsFromString(`--interrupt-budget=${budget}`);
}
