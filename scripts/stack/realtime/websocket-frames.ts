/**
 * Builds complete WebSocket frames, so that one buffer serves every receiver of a message. `ws` would make a
 * header for each of them; it still reads, answers pings and closes.
 */

/** A whole server-to-client frame, ready for the socket. */
export type Frame = Buffer;

const TEXT = 0x81;
const BINARY = 0x82;

export function textFrame(text: string): Frame {
  const length = Buffer.byteLength(text);
  const { frame, offset } = allocate(TEXT, length);
  frame.write(text, offset);
  return frame;
}

export function binaryFrame(...parts: readonly Uint8Array[]): Frame {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const { frame, offset } = allocate(BINARY, length);
  let at = offset;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

function allocate(opcode: number, length: number): { frame: Buffer; offset: number } {
  const offset = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(offset + length);
  frame[0] = opcode;
  if (offset === 2) frame[1] = length;
  else if (offset === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return { frame, offset };
}
