/** Joins a socket to a topic, or says why not. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Extension, Grants } from './authorization.ts';
import { describeBindings, readChangeRequest } from './changes/bindings.ts';
import { type Admission, Channel } from './channel.ts';
import type { Connection } from './connection.ts';
import { type JoinSettings, readJoinSettings } from './join-settings.ts';
import type { Inbound } from './protocol.ts';
import { JoinRefused, reasonOfRefusal, TOO_MANY_JOINS } from './refusal.ts';
import { readReplayRequest, replay } from './replay.ts';
import { TOPIC_PREFIX } from './rooms.ts';
import type { Services } from './services.ts';
import { expired, nowInSeconds, type Session } from './tokens.ts';

export async function join(connection: Connection, message: Inbound, services: Services): Promise<void> {
  const previous = connection.channel(message.topic);
  previous?.detach();
  try {
    const admission = await admit(connection, message, services);
    await enter(connection, admission, message, services, () => previous?.end());
  } catch (error) {
    const reason = reasonOfRefusal(error, services.log);
    // The real server answers late and lets nothing else through meanwhile.
    await sleep(services.config.joinErrorPauseMs);
    connection.reply(message, 'error', JSON.stringify({ reason }));
    previous?.end();
    if (reason === TOO_MANY_JOINS) connection.close(1001);
  }
}

/** Everything that can refuse a join before anybody hears of it. */
async function admit(connection: Connection, message: Inbound, services: Services): Promise<Admission> {
  const { config, meters, connections } = services;
  const { topic, joinRef, body } = message;
  const name = topic.slice(TOPIC_PREFIX.length);
  if (name === '') throw new JoinRefused('TopicNameRequired: You must provide a topic name');
  const payload = body.kind === 'json' ? body.payload : undefined;
  const settings = readJoinSettings(payload);
  if (config.privateOnly && !settings.isPrivate) {
    throw new JoinRefused('PrivateOnly: This project only allows private channels');
  }
  if (connection.channelCount === 0 && connections.joined >= config.limits.concurrentUsers) {
    throw new JoinRefused('ConnectionRateLimitReached: Too many connected users');
  }
  meters.joins.add();
  if (meters.joins.exceeded) throw new JoinRefused(TOO_MANY_JOINS);
  if (connection.channelCount >= config.limits.channelsPerSocket) {
    throw new JoinRefused('ChannelRateLimitReached: Too many channels');
  }
  const session = await sessionFor(connection, settings, services);
  const readable = await readableBy(session, connection, name, settings, services);
  return { topic, name, joinRef, settings, session, readable, changes: readChangeRequest(payload, name) };
}

async function sessionFor(
  connection: Connection,
  settings: JoinSettings,
  services: Services,
): Promise<Session> {
  const { token } = settings;
  if (token !== undefined && token !== connection.session.token) return services.tokens.verify(token);
  if (connection.session.expiresAt <= nowInSeconds()) throw expired(connection.session.expiresAt);
  return connection.session;
}

async function readableBy(
  session: Session,
  connection: Connection,
  name: string,
  settings: JoinSettings,
  { authorizer }: Services,
): Promise<Grants> {
  if (!settings.isPrivate) return { broadcast: true, presence: true };
  const extensions: Extension[] = settings.presenceEnabled ? ['broadcast', 'presence'] : ['broadcast'];
  const grants = await authorizer.mayRead(session, connection.headers, name, extensions);
  if (!grants.broadcast && (settings.replay || !grants.presence)) {
    throw new JoinRefused(
      `Unauthorized: You do not have permissions to read from this Channel topic: ${name}`,
    );
  }
  return grants;
}

async function enter(
  connection: Connection,
  admission: Admission,
  message: Inbound,
  services: Services,
  afterReply: () => void,
): Promise<void> {
  const { name, joinRef, settings, changes } = admission;
  const request = readReplayRequest(settings);
  // From here on live messages wait in the channel, so that none falls between the stored ones and them.
  const channel = new Channel(connection, admission, services);
  try {
    const stored = request
      ? await replay(services, { ...request, channel: name, joinRef }, connection.version)
      : { frames: [], ids: [] };
    if (!connection.isOpen) throw new JoinRefused('the socket closed');
    connection.addChannel(channel);
    connection.reply(message, 'ok', JSON.stringify({ postgres_changes: describeBindings(changes) }));
    afterReply();
    channel.begin(stored);
  } catch (error) {
    channel.detach();
    throw error;
  }
}
