/** A number in [0, below) from a generator with a seed. */
export type Dice = (below: number) => number;

/** The same numbers for the same seed. */
export function seededDice(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One of the frames with one to four faults: flipped bits, a cut, lengths that lie, a piece of another frame. */
export function mutateFrame(frames: readonly Uint8Array[], dice: Dice): Uint8Array {
  const pick = (): Uint8Array => frames[dice(frames.length)]!;
  let frame = new Uint8Array(pick());
  for (let fault = dice(4); fault >= 0; fault -= 1)
    frame = faults[dice(faults.length)]!(frame, pick(), dice);
  return frame;
}

type Fault = (frame: Uint8Array, other: Uint8Array, dice: Dice) => Uint8Array<ArrayBuffer>;

const faults: readonly Fault[] = [flipBit, cutOff, lieAboutLength, splice, cutOut];

function flipBit(frame: Uint8Array, _other: Uint8Array, dice: Dice): Uint8Array<ArrayBuffer> {
  const flipped = new Uint8Array(frame);
  const at = dice(Math.max(1, flipped.length));
  flipped.fill((flipped[at] ?? 0) ^ (1 << dice(8)), at, at + 1);
  return flipped;
}

function cutOff(frame: Uint8Array, _other: Uint8Array, dice: Dice): Uint8Array<ArrayBuffer> {
  return new Uint8Array(frame.subarray(0, dice(frame.length + 1)));
}

/** Some byte becomes a number of up to five bytes; where a length stood, it is one that nothing follows. */
function lieAboutLength(
  frame: Uint8Array,
  _other: Uint8Array,
  dice: Dice,
): Uint8Array<ArrayBuffer> {
  const at = dice(frame.length + 1);
  const long = Array.from({ length: dice(5) }, () => 0x80 | dice(128));
  return glued(frame.subarray(0, at), Uint8Array.of(...long, dice(128)), frame.subarray(at + 1));
}

function splice(frame: Uint8Array, other: Uint8Array, dice: Dice): Uint8Array<ArrayBuffer> {
  const from = dice(other.length + 1);
  const piece = other.subarray(from, from + dice(64));
  const at = dice(frame.length + 1);
  return glued(frame.subarray(0, at), piece, frame.subarray(at));
}

function cutOut(frame: Uint8Array, _other: Uint8Array, dice: Dice): Uint8Array<ArrayBuffer> {
  const at = dice(frame.length + 1);
  return glued(frame.subarray(0, at), frame.subarray(at + dice(16)));
}

function glued(...pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(pieces));
}
