/** What a client may ask of presence, and how often. */
import type { CallWindow } from './limits.ts';
import { type Inbound, isRecord } from './protocol.ts';
import type { Member, Room } from './rooms.ts';
import type { Services } from './services.ts';

type PresenceCall =
  | { kind: 'track'; payload: Record<string, unknown> }
  | { kind: 'untrack' }
  | { kind: 'nothing' }
  | { kind: 'refused'; response: string }
  /** Ends the channel. */
  | { kind: 'fatal'; reason: string };

export class PresenceCalls {
  private readonly window: CallWindow;
  private readonly room: Room;
  private readonly services: Services;

  constructor(window: CallWindow, room: Room, services: Services) {
    this.window = window;
    this.room = room;
    this.services = services;
  }

  read(body: Inbound['body']): PresenceCall {
    const { config, meters } = this.services;
    meters.presence.add();
    if (!this.window.allows()) return { kind: 'fatal', reason: 'Client presence rate limit exceeded' };
    if (meters.presence.exceeded) return { kind: 'fatal', reason: 'Too many presence messages per second' };
    const call = body.kind === 'json' && isRecord(body.payload) ? body.payload : {};
    if (call.event === undefined) return { kind: 'nothing' };
    switch (String(call.event).toLowerCase()) {
      case 'track': {
        const payload = call.payload ?? {};
        if (!isRecord(payload)) {
          return { kind: 'refused', response: '{"reason":"Presence track payload must be a map"}' };
        }
        if (Buffer.byteLength(JSON.stringify(payload)) > config.limits.payloadBytes) {
          return { kind: 'fatal', reason: 'Track message size exceeded' };
        }
        return { kind: 'track', payload };
      }
      case 'untrack':
        return { kind: 'untrack' };
      default:
        return { kind: 'refused', response: '{}' };
    }
  }

  track(member: Member, key: string, payload: Record<string, unknown>): void {
    const diff = this.room.presence.track(member, key, payload);
    if (diff) this.room.announce(diff);
  }

  untrack(member: Member): void {
    const diff = this.room.presence.untrack(member);
    if (diff) this.room.announce(diff);
  }
}
