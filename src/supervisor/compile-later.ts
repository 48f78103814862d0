import { setFlagsFromString } from "node:v8";

/** In units of V8's bytecode that ran; Node 20 begins with 67,584. */
const budget = 1_000_000;

/** From Node 22 on V8 counts otherwise: it would say on the error output that it does not know this, each time. */
const isKnown = process.versions.node.startsWith("20.");

/**
 * Has V8 compile a function for speed only when it has run fifteen times as much as usual, from the first call of this
 * work on. To read one large offer is the only long work here, done at once and seldom: what compiles meanwhile costs
 * more than it gives back. Not before that, because what Node itself loads later is not taken from its own cache any more.
 */
export function compilingLater<Given>(work: (given: Given) => void): (given: Given) => void {
  return (given) => {
    if (isKnown) setFlagsFromString(`--interrupt-budget=${budget}`);
    work(given);
  };
}
