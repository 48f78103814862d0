/** A varint has at most ten bytes. */
const maxHeaderBytes = 10;

/** The length of the header of a frame. */
export const frameHeaderBytes = 1;

/** Puts the header, one zero byte, in front of a message (specification.md#websocket-message-format). */
export function addFrameHeader(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(body.length + frameHeaderBytes);
  frame.set(body, frameHeaderBytes);
  return frame;
}

/**
 * The message behind the header, or undefined when the header is not a zero or not a varint. A zero may be
 * written long (`80 00`).
 */
export function readFrame(frame: Uint8Array): Uint8Array | undefined {
  for (const [index, byte] of frame.subarray(0, maxHeaderBytes).entries()) {
    if (byte === 0) return frame.subarray(index + 1);
    if (byte !== 0x80) return undefined;
  }
  return undefined;
}
