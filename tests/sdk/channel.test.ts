/** What one channel object makes of answers that overtake each other. */
import { expect, it } from 'vitest';
import { type ChannelDeps, createChannel } from '../../sdk/src/channel.ts';
import type { ChannelInfo } from '../../sdk/src/index.ts';

it('its info is that of the last question, whichever answer comes last', async () => {
  const answers: ((info: ChannelInfo) => void)[] = [];
  const deps = {
    rest: {},
    refresh() {},
    find: () => new Promise((resolve) => answers.push(resolve)),
  } as unknown as ChannelDeps;
  let changed = async () => {};
  const channel = createChannel(deps, 'c', null, (call) => {
    changed = call;
    return {} as never;
  });
  const deeds = [changed(), changed()];
  answers[1]?.({ name: 'newer' } as ChannelInfo);
  answers[0]?.({ name: 'older' } as ChannelInfo);
  await Promise.all(deeds);
  expect(channel.info?.name).toBe('newer');
});
