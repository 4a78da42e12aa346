/** Messages with files: shown at once, uploaded and sent in order, also through an outage. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Channel, Message, MessagesState } from '../../sdk/src/index.ts';
import { closeChats, joinChat, observe } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';
import { type Network, openNetwork } from '../helpers/outage.ts';

const networks: Network[] = [];
afterEach(async () => {
  await closeChats();
  await Promise.all(networks.splice(0).map((network) => network.close()));
});
afterAll(() => database.end());

const MB = 1024 * 1024;
const file = (name: string, content: Uint8Array<ArrayBuffer> | string = 'hello') =>
  new File([content], name, { type: 'text/plain' });
const bytes = (size: number) => new Uint8Array(randomBytes(size));
const watch = (channel: Channel) =>
  observe<MessagesState, ReturnType<Channel['messages']['subscribe']>>(channel.messages.subscribe);
const isLive = ({ connection }: MessagesState) => connection === 'live';
const names = ({ files }: Message) => files.map(({ name }) => name);
const own = ({ messages }: MessagesState) => messages.filter(({ kind }) => kind === 'user');

async function pair(adaUrl?: string) {
  const [ada, bob] = await Promise.all([joinChat('Ada', adaUrl), joinChat('Bob')]);
  const slug = `c-${randomUUID()}`;
  const adas = await ada.chat.channels.create({ slug, kind: 'private', memberIds: [bob.id] });
  return { ada, bob, adas, bobs: await bob.chat.channels.open(adas.id) };
}

describe('a message with files', () => {
  it('is shown at once with how far they are, and then to everybody', async () => {
    const { bob, adas, bobs } = await pair();
    const [mine, others] = [watch(adas), watch(bobs)];
    await Promise.all([mine.until(isLive), others.until(isLive)]);
    const uploaded = await adas.files.upload(file('before.txt'));
    const sending = adas.messages.send('look', {
      files: [file('now.txt'), uploaded, file('big.bin', bytes(7 * MB))],
    });
    const shown = own(await mine.until((state) => own(state).length === 1))[0] as Message;
    expect(shown).toMatchObject({ body: 'look', seq: null, status: 'pending' });
    expect(names(shown)).toEqual(['now.txt', 'before.txt', 'big.bin']);
    const sent = await sending;
    expect(names(sent)).toEqual(['now.txt', 'before.txt', 'big.bin']);
    const progress = mine.states
      .flatMap((state) => own(state).map((message) => message.progress ?? -1))
      .filter((share) => share >= 0);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
    const heard = own(await others.until((state) => own(state).length === 1))[0] as Message;
    expect(heard.files).toEqual(sent.files);
    const url = await bob.chat.files.url(sent.files[0] as Message['files'][number]);
    expect(await (await fetch(url)).text()).toBe('hello');
  });

  it('keeps its place before what was written after it, through an outage', async () => {
    const line = await openNetwork();
    networks.push(line);
    const { adas, bobs } = await pair(line.url);
    line.cut();
    const sends = [
      adas.messages.send('', { files: [file('a.bin', bytes(7 * MB))] }),
      adas.messages.send('after it'),
      adas.messages.send('', { files: [file('b.txt')] }),
    ];
    setTimeout(() => line.restore(), 300);
    const sent = await Promise.all(sends);
    const seqs = sent.map(({ seq }) => seq ?? 0);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    const read = (await bobs.messages.list()).filter(({ kind }) => kind === 'user');
    expect(read.map((message) => message.body || names(message).join())).toEqual([
      'a.bin',
      'after it',
      'b.txt',
    ]);
  });

  it('fails when a file is refused, and holds up nothing', async () => {
    const { adas } = await pair();
    const view = watch(adas);
    await view.until(isLive);
    const refused = adas.messages.send('look', { files: [file('empty.txt', '')] });
    const next = adas.messages.send('next');
    await expect(refused).rejects.toMatchObject({ code: 'file_empty' });
    await next;
    const state = await view.until((now) =>
      own(now).some(({ body, status }) => body === 'next' && status === 'sent'),
    );
    expect(own(state).find(({ body }) => body === 'look')).toMatchObject({
      status: 'failed',
      error: { code: 'file_empty' },
    });
  });

  it('that is given up on its way leaves nothing of its files', async () => {
    const { adas } = await pair();
    const view = watch(adas);
    await view.until(isLive);
    const sending = adas.messages.send('', { files: [file('big.bin', bytes(20 * MB))] });
    const refused = expect(sending).rejects.toBeDefined();
    const state = await view.until((now) => own(now).some(({ progress }) => (progress ?? 0) > 0));
    await adas.messages.discard((own(state)[0] as Message).id);
    await refused;
    await expect
      .poll(async () => {
        const [row] =
          await database`select count(*)::int as files from chat.files where channel_id = ${adas.id}`;
        return row?.files;
      })
      .toBe(0);
    expect((await adas.messages.list()).filter(({ kind }) => kind === 'user')).toEqual([]);
  });

  it('loses a file for everybody who looks at it when the file is removed', async () => {
    const { adas, bobs } = await pair();
    const view = watch(bobs);
    await view.until(isLive);
    const sent = await adas.messages.send('look', { files: [file('a.txt'), file('b.txt')] });
    await view.until((state) => own(state)[0]?.files.length === 2);
    await adas.files.remove(sent.files[0] as Message['files'][number]);
    await view.until((state) => names(own(state)[0] as Message).join() === 'b.txt');
  });
});
