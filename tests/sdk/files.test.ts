/** Files as an app handles them: uploaded, sent, shown, listed and removed, also when the network fails. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { closeChats, joinChat } from '../helpers/chat.ts';

afterEach(closeChats);
const MB = 1024 * 1024;

/** Two people in one private channel. */
async function pair(adaUrl?: string) {
  const [ada, bob] = await Promise.all([joinChat('Ada', adaUrl), joinChat('Bob')]);
  const slug = `c-${randomUUID()}`;
  const adas = await ada.chat.channels.create({ slug, kind: 'private', memberIds: [bob.id] });
  return { ada, bob, adas, bobs: await bob.chat.channels.open(adas.id) };
}

describe('an upload', () => {
  it.each([
    ['small', 1000],
    ['large', 13 * MB],
  ])('of a %s file arrives whole and tells how far it is', async (_, size) => {
    const { ada, adas } = await pair();
    const content = randomBytes(size);
    const progress: number[] = [];
    const file = await adas.files.upload(new File([content], 'über uns.bin', { type: 'image/png' }), {
      onProgress: ({ loaded, total }) => {
        expect(total).toBe(size);
        progress.push(loaded);
      },
    });
    expect(file).toMatchObject({ channelId: adas.id, name: 'über uns.bin', mimeType: 'image/png', size });
    expect(progress).toEqual([...new Set(progress)].sort((a, b) => a - b));
    expect([progress[0], progress.at(-1)]).toEqual([0, size]);
    const answer = await fetch(await ada.chat.files.url(file));
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
  });
});
