/** What somebody does in the stories that every document tells, and how a document is spoken. */
import { PASSWORD } from '../../helpers/people.ts';
import { call } from '../api.ts';
import { uniqueUsername } from '../rooms/people.ts';

export interface Actor {
  id: string;
  name: string;
  token: string;
}

export interface Acts {
  /** Makes an account and signs in to it. */
  register(name: string): Promise<Actor>;
  takeUsername(by: Actor, username: string): Promise<unknown>;
  /** Somewhere to talk, with these people where a document has them added. */
  begin(by: Actor, name: string, others: Actor[]): Promise<string>;
  /** The first words to one other person. */
  write(by: Actor, to: Actor, text: string): Promise<{ place: string; id: string }>;
  add(by: Actor, place: string, who: Actor): Promise<unknown>;
  say(by: Actor, place: string, text: string): Promise<string>;
  edit(by: Actor, place: string, id: string, text: string): Promise<unknown>;
  unsay(by: Actor, place: string, id: string): Promise<unknown>;
  /** Sends a text file of this name. */
  share(by: Actor, place: string, name: string): Promise<unknown>;
  /** Uploads one for nobody yet, and says `Look: ` and its address. */
  link(by: Actor, place: string, name: string): Promise<unknown>;
  read(by: Actor, place: string): Promise<string[]>;
  mark(by: Actor, place: string): Promise<unknown>;
  notify(by: Actor, who: Actor, text: string): Promise<unknown>;
  /** Has read the newest notification. */
  dismiss(by: Actor): Promise<unknown>;
  appear(by: Actor, status: 'online' | 'offline'): Promise<unknown>;
  goAway(by: Actor): Promise<unknown>;
  type(by: Actor): Promise<unknown>;
  leave(by: Actor, place: string): Promise<unknown>;
  remove(by: Actor, place: string, who: Actor): Promise<unknown>;
  signOut(by: Actor): Promise<unknown>;
  /** As an admin of the platform. */
  suspend(root: Actor, who: Actor, reason: string): Promise<unknown>;
  /** As oneself, or where a document leaves it to them as an admin. */
  close(by: Actor, root: Actor): Promise<unknown>;
  end(by: Actor, place: string): Promise<unknown>;
}

/** Each act in a document's words, or why it has none for it. */
export type Telling = { [Act in keyof Acts]: Acts[Act] | string } & Pick<
  Acts,
  'register' | 'begin' | 'say' | 'read'
> & { /** Of the channels that it makes. */ kind: string };

/** Calls what has to succeed, below a mount; a form is sent as one. */
export const speaker =
  (mount: string) =>
  async <Body = unknown>(
    by: Pick<Actor, 'token'> | undefined,
    method: string,
    path: string,
    body?: object,
  ): Promise<Body> => {
    const answer = await call<Body>(method, `${mount}${path}`, {
      token: by?.token,
      ...(body instanceof FormData ? { raw: body } : { json: body }),
    });
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
  };

export const idsOf = (people: Actor[]): string[] => people.map(({ id }) => id);

/** As the four documents do that know people by username. */
export async function registerByUsername(
  ask: ReturnType<typeof speaker>,
  name: string,
  paths: { register: string; login: string },
  more: object = {},
): Promise<Actor> {
  const login = { username: uniqueUsername(name), password: PASSWORD };
  await ask(undefined, 'POST', paths.register, { ...login, ...more });
  const session = await ask<{ token: string; user: { id: string } }>(undefined, 'POST', paths.login, login);
  return { id: session.user.id, name, token: session.token };
}
