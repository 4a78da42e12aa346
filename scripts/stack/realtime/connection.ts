/** One socket: reads its frames in order, hands them to its channels, writes frames back. */
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Channel } from './channel.ts';
import { join } from './join.ts';
import { reasonOf } from './log.ts';
import { Outbox } from './outbox.ts';
import { decodeBinary, decodeText, encode, type Inbound, type Outbound, type Version } from './protocol.ts';
import { TOPIC_PREFIX } from './rooms.ts';
import type { Services } from './services.ts';
import type { Session } from './tokens.ts';
import type { Frame } from './websocket-frames.ts';

export interface ConnectionOptions {
  webSocket: WebSocket;
  /** The stream below the WebSocket; shared frames are written to it directly. */
  socket: Duplex;
  version: Version;
  /** Of the key used to connect. */
  session: Session;
  /** JSON of the request headers that policies may see. */
  headers: string;
  services: Services;
}

export class Connection {
  readonly version: Version;
  readonly session: Session;
  readonly headers: string;
  private readonly channels = new Map<string, Channel>();
  private readonly webSocket: WebSocket;
  private readonly socket: Duplex;
  private readonly outbox: Outbox;
  private readonly services: Services;
  private readonly waiting: Inbound[] = [];
  private busy = false;
  private lastHeard = Date.now();
  /** Since when a socket that had channels has none. */
  private abandonedAt: number | undefined;

  constructor({ webSocket, socket, version, session, headers, services }: ConnectionOptions) {
    this.webSocket = webSocket;
    this.socket = socket;
    this.outbox = new Outbox(socket);
    this.version = version;
    this.session = session;
    this.headers = headers;
    this.services = services;
    services.connections.all.add(this);
    webSocket.on('message', (data, isBinary) => this.onMessage(data, isBinary));
    webSocket.on('close', () => this.onClose());
    webSocket.on('error', (error) => services.log('socket_error', { reason: reasonOf(error) }));
  }

  get channelCount(): number {
    return this.channels.size;
  }

  channel(topic: string): Channel | undefined {
    return this.channels.get(topic);
  }

  addChannel(channel: Channel): void {
    if (this.channels.size === 0) this.services.connections.joined++;
    this.channels.set(channel.topic, channel);
    this.abandonedAt = undefined;
  }

  removeChannel(channel: Channel): void {
    if (this.channels.get(channel.topic) !== channel) return;
    this.channels.delete(channel.topic);
    if (this.channels.size > 0) return;
    this.services.connections.joined--;
    this.abandonedAt = Date.now();
  }

  get isOpen(): boolean {
    return this.webSocket.readyState === this.webSocket.OPEN;
  }

  send(message: Outbound): void {
    this.write(encode(this.version, message));
  }

  reply(
    { joinRef, ref, topic }: Omit<Inbound, 'event' | 'body'>,
    status: 'ok' | 'error',
    response: string,
  ): void {
    const payload = `{"status":"${status}","response":${response}}`;
    this.send({ joinRef, ref, topic, event: 'phx_reply', payload });
  }

  write(frame: Frame): void {
    if (!this.isOpen) return;
    if (this.socket.writableLength > this.services.config.sendBufferBytes) {
      this.services.log('slow_receiver_cut', { buffered: this.socket.writableLength });
      this.webSocket.terminate();
      return;
    }
    this.outbox.add(frame);
  }

  close(code: number): void {
    this.outbox.flush();
    this.webSocket.close(code);
  }

  /** Ends the connection without a close frame. */
  cut(): void {
    this.webSocket.terminate();
  }

  /** Ends every channel, as its own leave would. */
  closeChannels(message: string, topic?: string): void {
    for (const channel of this.channels.values()) {
      if (topic === undefined || channel.topic === topic) channel.shutDown(message);
    }
  }

  tick(now: number): void {
    const { idleTimeoutMs, noChannelTimeoutMs } = this.services.config;
    if (now - this.lastHeard > idleTimeoutMs) this.close(1000);
    else if (this.abandonedAt !== undefined && now - this.abandonedAt > noChannelTimeoutMs) this.cut();
    for (const channel of this.channels.values()) channel.tick(now);
  }

  private onMessage(data: RawData, isBinary: boolean): void {
    this.lastHeard = Date.now();
    const message = isBinary
      ? this.version === 2 && decodeBinary(data as Buffer)
      : decodeText(this.version, data.toString());
    if (!message) return;
    if (this.busy) this.waiting.push(message);
    else this.handleInOrder(message);
  }

  /** A message that has to ask the database holds back those behind it, also those still on the wire. */
  private handleInOrder(message: Inbound): void {
    const pending = this.handle(message);
    if (!pending) return;
    this.busy = true;
    this.webSocket.pause();
    pending
      .catch((error: unknown) => {
        this.services.log('message_failed', { event: message.event, reason: reasonOf(error) });
      })
      .finally(() => {
        this.busy = false;
        while (!this.busy) {
          const next = this.waiting.shift();
          if (!next) break;
          this.handleInOrder(next);
        }
        if (!this.busy) this.webSocket.resume();
      });
  }

  private handle(message: Inbound): Promise<void> | undefined {
    const { topic, event } = message;
    if (topic === 'phoenix' && event === 'heartbeat') {
      this.reply({ ...message, joinRef: null }, 'ok', '{}');
      return undefined;
    }
    if (event === 'phx_join' && topic.startsWith(TOPIC_PREFIX)) return join(this, message, this.services);
    const channel = this.channels.get(topic);
    if (channel) return channel.receive(message);
    if (event === 'phx_leave') this.reply(message, 'ok', '{}');
    else this.reply({ ...message, joinRef: null }, 'error', '{"reason":"unmatched topic"}');
    return undefined;
  }

  private onClose(): void {
    this.services.connections.all.delete(this);
    this.waiting.length = 0;
    for (const channel of this.channels.values()) channel.detach();
  }
}
