/** What readers of the conversations document learn of edits and deletions: when they ask again, and at once while they wait. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { expectError, UUID } from '../api.ts';
import { ask, type Member, type Page, pair, read, say } from './people.ts';

afterAll(() => database.end());

const at = (id: string, message: string) => `/conversations/${id}/message/${message}`;
const edit = (person: Member, id: string, message: string, content: string) =>
  ask(person, 'PUT', at(id, message), { content });
const erase = (person: Member, id: string, message: string) => ask(person, 'DELETE', at(id, message));

/** Ada has said three things, and Bob has read them. */
async function said() {
  const { ada, bob, id } = await pair();
  const ids: string[] = [];
  for (const word of ['1', '2', '3']) ids.push((await say(ada, id, word)).body.id);
  const [first = '', second = '', third = ''] = ids;
  return { ada, bob, id, first, second, third, seen: (await read(bob, id)).body };
}

const since = ({ lastSeq, lastChange }: Page, more = '') =>
  `?after=${lastSeq}&changedAfter=${lastChange}${more}`;

/** An answer, and how many seconds it took. */
async function timed<T>(asking: Promise<T>) {
  const began = performance.now();
  return { answer: await asking, seconds: (performance.now() - began) / 1000 };
}

describe('GET /conversations/{conversationId}', () => {
  it('effect: whoever asks again learns what was edited, as it is now, and what was deleted', async () => {
    const { ada, bob, id, first, second, third, seen } = await said();
    expect(seen).toMatchObject({ lastSeq: 3, lastChange: 0, changed: [], deleted: [] });
    for (const text of ['one', 'ONE']) await edit(ada, id, first, text);
    await erase(ada, id, third);
    const { body } = await read(bob, id, since(seen));
    const edited = {
      id: first,
      conversationId: id,
      content: 'ONE',
      seq: 1,
      senderId: ada.id,
      status: 'read',
    };
    expect(body).toMatchObject({
      messages: [],
      lastSeq: 3,
      changed: [edited],
      deleted: [third],
      lastChange: 3,
    });
    expect((await read(bob, id)).body.messages.map(({ id }) => id)).toEqual([first, second]);
    const { body: later } = await read(bob, id, since(body));
    expect(later).toMatchObject({ messages: [], changed: [], deleted: [], lastChange: 3 });
  });

  it('effect: without changedAfter nobody is told of changes', async () => {
    const { ada, bob, id, first, seen } = await said();
    await edit(ada, id, first, 'one');
    const { body } = await read(bob, id, `?after=${seen.lastSeq}`);
    expect(body).toMatchObject({ changed: [], deleted: [], lastChange: 1 });
  });

  it('limit: a page has so many changes, and the next one begins behind them', async () => {
    const { ada, bob, id, first, second, third, seen } = await said();
    await edit(ada, id, second, 'two');
    await erase(ada, id, first);
    await edit(ada, id, third, 'three');
    const { body } = await read(bob, id, since(seen, '&limit=2'));
    expect(body).toMatchObject({ changed: [{ id: second }], deleted: [first], lastChange: 2 });
    const { body: next } = await read(bob, id, since(body, '&limit=2'));
    expect(next).toMatchObject({ changed: [{ id: third, content: 'three' }], deleted: [], lastChange: 3 });
  });

  it('effect: a reaction is a change, and none of what was said', async () => {
    const { ada, bob, id, first, seen } = await said();
    await database`insert into chat.reactions (channel_id, seq, emoji, user_id) values (${id}, 1, '👍', ${bob.id})`;
    expect((await read(bob, id, since(seen))).body).toMatchObject({
      changed: [],
      deleted: [],
      lastChange: 1,
    });
    await edit(ada, id, first, 'one');
    expect((await read(bob, id, since(seen))).body).toMatchObject({
      changed: [{ id: first }],
      lastChange: 2,
    });
  });

  it('effect: an edit ends a wait at once', async () => {
    const { ada, bob, id, first, seen } = await said();
    const waiting = timed(read(bob, id, since(seen, '&wait=25')));
    await edit(ada, id, first, 'one');
    const { answer, seconds } = await waiting;
    expect(answer.body).toMatchObject({
      messages: [],
      changed: [{ id: first, content: 'one' }],
      deleted: [],
    });
    expect(seconds).toBeLessThan(24);
  });

  it('effect: a deletion ends a wait at once, also one that began long before', async () => {
    const { ada, bob, id, first, second, seen } = await said();
    await edit(ada, id, second, 'two');
    const { body } = await read(bob, id, since(seen));
    const waiting = timed(read(bob, id, since(body, '&wait=25')));
    // Bob listens by then: what he is told next is heard, not found.
    await read(bob, id, since(body, '&wait=2'));
    await erase(ada, id, first);
    const { answer, seconds } = await waiting;
    expect(answer.body).toMatchObject({ messages: [], changed: [], deleted: [first] });
    expect(seconds).toBeLessThan(24);
  });

  it('effect: without changedAfter only a message ends a wait', async () => {
    const { ada, bob, id, first, seen } = await said();
    const waiting = read(bob, id, `?after=${seen.lastSeq}&wait=20`);
    await edit(ada, id, first, 'one');
    await say(ada, id, '4');
    expect((await waiting).body).toMatchObject({ messages: [{ content: '4' }], changed: [], deleted: [] });
  });

  it('error: 400 for a wait that begins behind nothing or ends before a message, and for what is no number', async () => {
    const { ada, id } = await pair();
    expectError(await read(ada, id, '?wait=5'), 400, 'invalid_input', 'after');
    expectError(await read(ada, id, '?wait=5&changedAfter=0'), 400, 'invalid_input', 'after');
    expectError(
      await read(ada, id, `?wait=5&after=0&before=${randomUUID()}`),
      400,
      'invalid_input',
      'before',
    );
    expectError(await read(ada, id, '?changedAfter=-1'), 400, 'invalid_input', 'changedAfter');
    expect((await read(ada, id, '?wait=0')).status).toBe(200);
    expect((await read(ada, id, '?changedAfter=9007199254740991')).body).toMatchObject({ lastChange: 0 });
  });

  it('permission: what is said in threads and by others elsewhere is no news', async () => {
    const { ada, bob, id, seen } = await said();
    const reply = randomUUID();
    await database`insert into chat.messages (id, channel_id, author_id, body, parent_seq, in_channel)
                   values (${reply}, ${id}, ${ada.id}, 'aside', 1, false)`;
    await database`update chat.messages set body = 'Aside' where id = ${reply}`;
    const { body } = await read(bob, id, since(seen));
    expect(body).toMatchObject({ messages: [], changed: [], deleted: [], id: UUID });
  });
});
