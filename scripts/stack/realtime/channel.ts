/** One joined topic of one socket. */
import type { Grants } from './authorization.ts';
import { broadcastFrom } from './broadcast.ts';
import type { ChangeRequest } from './changes/bindings.ts';
import { ChangeSubscription } from './changes/subscription.ts';
import { AccessLost, ChannelAccess } from './channel-access.ts';
import type { Connection } from './connection.ts';
import { type JoinSettings, usableToken } from './join-settings.ts';
import { CallWindow } from './limits.ts';
import type { RoomMessage } from './messages.ts';
import { PresenceCalls } from './presence-calls.ts';
import { type Inbound, isRecord, type Ref } from './protocol.ts';
import type { Member, Room } from './rooms.ts';
import type { Services } from './services.ts';
import { expired, type Session } from './tokens.ts';
import type { Frame } from './websocket-frames.ts';

const REPLICATION_POLL_MS = 500;
const REPLICATION_WAIT_MS = 60_000;

/** What a join that was granted comes to. */
export interface Admission {
  topic: string;
  /** The topic as applications and policies know it. */
  name: string;
  joinRef: Ref;
  settings: JoinSettings;
  session: Session;
  readable: Grants;
  changes: ChangeRequest;
}

export class Channel implements Member {
  readonly topic: string;
  readonly name: string;
  readonly settings: JoinSettings;
  private readonly connection: Connection;
  private readonly joinRef: Ref;
  private readonly services: Services;
  private readonly room: Room;
  private readonly presence: PresenceCalls;
  private readonly changes: ChangeSubscription;
  private readonly access: ChannelAccess;
  /** Live messages that wait until the join has been answered. */
  private held: RoomMessage[] | undefined = [];
  private replayed = new Set<string>();
  private replicationTimer: NodeJS.Timeout | undefined;
  private attached = true;

  constructor(connection: Connection, admission: Admission, services: Services) {
    const { topic, name, joinRef, settings, session, readable, changes } = admission;
    this.connection = connection;
    this.topic = topic;
    this.name = name;
    this.joinRef = joinRef;
    this.settings = settings;
    this.services = services;
    const { headers } = connection;
    this.access = new ChannelAccess({ name, settings, session, readable, headers }, services);
    const { presenceCalls, presenceWindowMs } = services.config.limits;
    this.room = services.rooms.enter(name, settings.isPrivate, this);
    this.presence = new PresenceCalls(new CallWindow(presenceCalls, presenceWindowMs), this.room, services);
    this.changes = new ChangeSubscription(changes, session, services, {
      push: (event, payload) => this.send(null, event, payload),
      system: (status, message) => this.system(status, message, 'postgres_changes'),
    });
  }

  get hearsBroadcasts(): boolean {
    return this.access.mayRead('broadcast');
  }

  deliver(message: RoomMessage): void {
    const { events } = this.services.meters;
    if (events.exceeded) {
      this.shutDown('Too many messages per second');
    } else if (this.held) {
      this.held.push(message);
    } else if (message.id === undefined || !this.replayed.has(message.id)) {
      const frame = message.frame(this.connection.version);
      if (frame) this.connection.write(frame);
    }
  }

  deliverPresence(diff: string, message: RoomMessage): void {
    if (this.held) return;
    const { isPrivate, presenceEnabled } = this.settings;
    if (!this.access.mayRead('presence')) return;
    if (!isPrivate || presenceEnabled) {
      const frame = message.frame(this.connection.version);
      if (frame) this.connection.write(frame);
    } else {
      this.send(this.joinRef, 'presence_diff', diff);
    }
  }

  /** Sends what follows the reply to the join: the presence state, stored messages, then what happened since. */
  begin(replay: { frames: Frame[]; ids: string[] }): void {
    if (this.settings.replicationReady) this.awaitReplication(Date.now() + REPLICATION_WAIT_MS);
    if (this.settings.presenceEnabled && this.access.mayRead('presence')) {
      this.send(this.joinRef, 'presence_state', JSON.stringify(this.room.presence.state()));
    }
    for (const frame of replay.frames) this.connection.write(frame);
    this.replayed = new Set(replay.ids);
    const held = this.held ?? [];
    this.held = undefined;
    for (const message of held) this.deliver(message);
    this.changes.start(this.access.session);
  }

  receive(message: Inbound): Promise<void> | undefined {
    switch (message.event) {
      case 'phx_leave':
        // A leave meant for an earlier join of the topic must not end this one.
        if (message.joinRef === this.joinRef) this.leave(message);
        return undefined;
      case 'broadcast':
        return this.access.whenWritable('broadcast', (allowed) => {
          if (allowed) this.broadcast(message);
        });
      case 'presence':
        return this.onPresence(message);
      case 'access_token':
        return this.onAccessToken(message.body);
      default:
        return undefined;
    }
  }

  tick(now: number): void {
    const { expiresAt } = this.access.session;
    if (expiresAt * 1000 <= now) this.shutDown(expired(expiresAt).message);
  }

  /** Tells the client why its channel ends, and ends it. */
  shutDown(reason: string): void {
    if (!this.attached) return;
    this.system('error', reason);
    this.end();
  }

  /** Ends the channel; the client does not join it again by itself. */
  end(): void {
    this.detach();
    this.connection.send({
      joinRef: this.joinRef,
      ref: this.joinRef,
      topic: this.topic,
      event: 'phx_close',
      payload: '{}',
    });
  }

  /** Leaves the room without a word to the client. */
  detach(): void {
    if (!this.attached) return;
    this.attached = false;
    clearTimeout(this.replicationTimer);
    this.changes.stop();
    this.connection.removeChannel(this);
    this.services.rooms.leave(this.name, this.settings.isPrivate, this);
  }

  private send(joinRef: Ref, event: string, payload: string): void {
    this.connection.send({ joinRef, ref: null, topic: this.topic, event, payload });
  }

  private reply(message: Inbound, status: 'ok' | 'error', response = '{}'): void {
    this.connection.reply({ joinRef: this.joinRef, ref: message.ref, topic: this.topic }, status, response);
  }

  private system(status: 'ok' | 'error', message: string, extension = 'system'): void {
    const payload = JSON.stringify({ extension, status, message, channel: this.name });
    this.send(this.joinRef, 'system', payload);
  }

  private leave(message: Inbound): void {
    this.detach();
    this.reply(message, 'ok');
    this.end();
  }

  private broadcast(message: Inbound): void {
    const { config, meters } = this.services;
    const broadcast = broadcastFrom(this.topic, message.body);
    if (broadcast.bytes > config.limits.payloadBytes) {
      if (this.settings.ack) this.reply(message, 'error', '"payload_size_exceeded"');
      return;
    }
    const receivers = this.room.broadcast(broadcast.message, this.settings.self ? undefined : this);
    meters.events.add(1 + receivers);
    if (this.settings.ack) this.reply(message, 'ok');
  }

  private onPresence(message: Inbound): Promise<void> | undefined {
    const call = this.presence.read(message.body);
    if (call.kind === 'refused') {
      this.reply(message, 'error', call.response);
    } else if (call.kind === 'fatal') {
      this.shutDown(call.reason);
    } else if (call.kind === 'track') {
      return this.access.whenWritable('presence', (allowed) => {
        if (allowed) this.presence.track(this, this.settings.presenceKey, call.payload);
        this.reply(message, allowed ? 'ok' : 'error');
      });
    } else {
      if (call.kind === 'untrack') this.presence.untrack(this);
      this.reply(message, 'ok');
    }
    return undefined;
  }

  private async onAccessToken(body: Inbound['body']): Promise<void> {
    const payload = body.kind === 'json' && isRecord(body.payload) ? body.payload : {};
    const token = usableToken(payload.access_token);
    if (token === undefined || token === this.access.session.token) return;
    try {
      await this.access.renew(token);
      if (this.attached) this.changes.start(this.access.session);
    } catch (error) {
      if (!(error instanceof AccessLost)) throw error;
      this.shutDown(error.message);
    }
  }

  private awaitReplication(deadline: number): void {
    if (this.services.stream.up) {
      this.system('ok', 'Replication connection established');
    } else if (Date.now() > deadline) {
      this.shutDown('Replication connection was not established in time');
    } else {
      this.replicationTimer = setTimeout(() => this.awaitReplication(deadline), REPLICATION_POLL_MS);
    }
  }
}
