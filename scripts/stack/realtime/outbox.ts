/** Collects the frames of one turn of the event loop, so that a socket with several of them is written once. */
import type { Duplex } from 'node:stream';
import type { Frame } from './websocket-frames.ts';

const filled: Outbox[] = [];

export class Outbox {
  private readonly socket: Duplex;
  private frames: Frame[] = [];

  constructor(socket: Duplex) {
    this.socket = socket;
  }

  add(frame: Frame): void {
    if (this.frames.push(frame) > 1) return;
    if (filled.push(this) === 1) process.nextTick(flushAll);
  }

  flush(): void {
    const frames = this.frames;
    if (frames.length === 0) return;
    this.frames = [];
    if (!this.socket.writable) return;
    if (frames.length > 1) this.socket.cork();
    for (const frame of frames) this.socket.write(frame);
    if (frames.length > 1) this.socket.uncork();
  }
}

function flushAll(): void {
  for (const outbox of filled.splice(0)) outbox.flush();
}
