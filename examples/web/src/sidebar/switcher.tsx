/** The quick way to a conversation: a few letters and Enter. */
import type { ChannelInfo } from '@confab/sdk';
import { useState } from 'react';
import { ChannelFace } from '../channels/channel-face.tsx';
import { openDm } from '../people/open-dm.ts';
import { PersonLine } from '../people/person-line.tsx';
import { usePeople } from '../people/use-people.ts';
import { addressOf, goTo, showBeside } from '../place.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { OptionList } from '../ui/option-list.tsx';
import { useOptions } from '../ui/use-options.ts';

const MAX_CHANNELS = 12;

export function Switcher({ channels, onClose }: { channels: readonly ChannelInfo[]; onClose(): void }) {
  const [typed, setTyped] = useState('');
  const text = typed.trim().toLowerCase().replace(/^[#@]/, '');
  const { people } = usePeople(text);

  const found = channels
    .filter(({ name, slug }) => `${name} ${slug ?? ''}`.toLowerCase().includes(text))
    .sort((a, b) => rank(b, text) - rank(a, text))
    .slice(0, MAX_CHANNELS);
  const known = new Set(found.map(({ dmUser }) => dmUser?.id));
  const others = people.filter(({ id }) => !known.has(id));

  function pick(index: number) {
    const channel = found[index];
    const person = others[index - found.length];
    if (channel) goTo(addressOf(channel));
    else if (index === found.length + others.length) showBeside({ search: typed.trim() });
    else if (person) void openDm(person.id);
    onClose();
  }
  const isSearch = text.length > 1;
  const list = [
    ...found.map((channel) => ({ key: channel.id, content: <ChannelLine channel={channel} /> })),
    ...others.map((user) => ({ key: user.id, content: <PersonLine user={user} /> })),
    ...(isSearch ? [{ key: 'search', content: <SearchLine text={typed.trim()} /> }] : []),
  ];
  const options = useOptions(
    list.map(({ key }) => key),
    pick,
  );

  return (
    <Dialog title="Go to" className="switcher" onClose={onClose}>
      <input
        {...options.field}
        autoFocus
        inputMode="search"
        aria-label="Go to a conversation or a person"
        placeholder="Where to?"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => options.onKey(event)}
      />
      <OptionList label="Conversations and people" options={options} list={list} />
    </Dialog>
  );
}

function SearchLine({ text }: { text: string }) {
  return (
    <>
      <Icon name="search" />
      <span className="name">
        Search messages for <strong>{text}</strong>
      </span>
    </>
  );
}

function ChannelLine({ channel }: { channel: ChannelInfo }) {
  return (
    <>
      <ChannelFace channel={channel} />
      <span className="name">{channel.name}</span>
      {channel.unreadCount > 0 && <span className="badge">{channel.unreadCount}</span>}
    </>
  );
}

/** What begins with the text comes before what contains it; without a text what is unread. */
function rank({ name, unreadCount }: ChannelInfo, text: string): number {
  if (text === '') return unreadCount > 0 ? 1 : 0;
  return name.toLowerCase().startsWith(text) ? 1 : 0;
}
