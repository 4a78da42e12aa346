/** People of the conversations document, and what they say to each other. */
import { type Answer, call } from '../api.ts';
import { join as joinAt, type Member } from '../rooms/people.ts';

export type { Member };
export const MOUNT = '/conversations';

interface Conversation {
  id: string;
  participants: string[];
  name: string;
}

export interface Message {
  id: string;
  senderId: string;
  content: string;
  status: 'sent' | 'delivered' | 'read';
  seq: number;
}

export type Page = Conversation & {
  messages: Message[];
  lastSeq: number;
  changed: Message[];
  deleted: string[];
  lastChange: number;
};

export async function join(name = 'ada'): Promise<Member> {
  const { token, ...user } = await joinAt(name);
  return { ...user, token };
}

export const ask = <Body = unknown>(
  person: { token: string } | undefined,
  method: string,
  path: string,
  json?: unknown,
) => call<Body>(method, `${MOUNT}${path}`, { token: person?.token, ...(json !== undefined && { json }) });

export const start = (person: Member | undefined, json: unknown): Promise<Answer<Conversation>> =>
  ask(person, 'POST', '/conversations', json);

/** Ada and Bob, and their one conversation. */
export async function pair() {
  const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
  const { body } = await start(ada, { participants: [bob.id] });
  return { ada, bob, id: body.id };
}

/** Ada, Bob and Cy in a group that Ada has made. */
export async function trio() {
  const [ada, bob, cy] = await Promise.all([join('ada'), join('bob'), join('cy')]);
  const { body } = await start(ada, { participants: [bob.id, cy.username], name: 'Lunch' });
  return { ada, bob, cy, id: body.id };
}

export const say = (person: Member | undefined, id: string, content: string): Promise<Answer<Message>> =>
  ask(person, 'POST', `/conversations/${id}/message`, { content });

export const read = (person: Member | undefined, id: string, query = ''): Promise<Answer<Page>> =>
  ask(person, 'GET', `/conversations/${id}${query}`);
