/** Who hears what: the members of each topic, public and private kept apart. */
import type { RoomMessage } from './messages.ts';
import { jsonMessage } from './messages.ts';
import { Presence, type PresenceDiff } from './presence.ts';

export const TOPIC_PREFIX = 'realtime:';

export interface Member {
  /** Whether broadcasts may reach it. */
  readonly hearsBroadcasts: boolean;
  deliver(message: RoomMessage): void;
  deliverPresence(diff: string, message: RoomMessage): void;
}

export class Room {
  /** As clients join it. */
  readonly topic: string;
  readonly presence = new Presence<Member>();
  readonly members = new Set<Member>();

  constructor(topic: string) {
    this.topic = topic;
  }

  /** Returns how many members it was sent to. */
  broadcast(message: RoomMessage, except?: Member): number {
    let receivers = 0;
    for (const member of this.members) {
      if (member === except || !member.hearsBroadcasts) continue;
      member.deliver(message);
      receivers++;
    }
    return receivers;
  }

  announce(diff: PresenceDiff): void {
    const payload = JSON.stringify(diff);
    const message = jsonMessage(this.topic, 'presence_diff', payload);
    for (const member of this.members) member.deliverPresence(payload, message);
  }
}

export class Rooms {
  private readonly open = { private: new Map<string, Room>(), public: new Map<string, Room>() };

  find(name: string, isPrivate: boolean): Room | undefined {
    return this.kind(isPrivate).get(name);
  }

  enter(name: string, isPrivate: boolean, member: Member): Room {
    const rooms = this.kind(isPrivate);
    let room = rooms.get(name);
    if (!room) {
      room = new Room(TOPIC_PREFIX + name);
      rooms.set(name, room);
    }
    room.members.add(member);
    return room;
  }

  leave(name: string, isPrivate: boolean, member: Member): void {
    const room = this.find(name, isPrivate);
    if (!room?.members.delete(member)) return;
    const diff = room.presence.untrack(member);
    if (room.members.size === 0) this.kind(isPrivate).delete(name);
    else if (diff) room.announce(diff);
  }

  private kind(isPrivate: boolean): Map<string, Room> {
    return isPrivate ? this.open.private : this.open.public;
  }
}
