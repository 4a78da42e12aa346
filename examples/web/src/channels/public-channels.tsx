/** A list of all public channels that can be narrowed down by typing. */
import type { PublicChannel } from '@confab/sdk';
import { useEffect, useState } from 'react';
import { chat } from '../chat.ts';
import { addressOf } from '../place.ts';
import { errorText } from '../ui/error-text.ts';
import { Icon } from '../ui/icon.tsx';
import { More } from '../ui/more.tsx';

const PAGE = 100;

export function PublicChannels({ onOpen }: { onOpen?(): void }) {
  const [channels, setChannels] = useState<PublicChannel[]>([]);
  const [hasMore, setHasMore] = useState(true);
  const [wanted, setWanted] = useState(PAGE);
  const [filter, setFilter] = useState('');
  const [error, setError] = useState('');
  const [tries, setTries] = useState(0);

  const text = filter.trim().toLowerCase();
  const found = channels.filter(({ name, slug, description }) =>
    [name, slug, description].some((field) => field.toLowerCase().includes(text)),
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is the reason to ask again.
  useEffect(() => {
    // A filter looks through all of them.
    if (!hasMore || (channels.length >= wanted && text === '')) return;
    let isWanted = true;
    setError('');
    const after = channels.at(-1)?.slug;
    chat.channels.browse({ limit: PAGE, ...(after === undefined ? {} : { after }) }).then(
      (page) => {
        if (!isWanted) return;
        setChannels([...channels, ...page]);
        setHasMore(page.length === PAGE);
      },
      (refusal: unknown) => isWanted && setError(errorText(refusal)),
    );
    return () => {
      isWanted = false;
    };
  }, [channels, wanted, text, hasMore, tries]);

  return (
    <div className="finder">
      <input
        inputMode="search"
        aria-label="Find a channel"
        placeholder="Find a channel"
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      <ul aria-label="Public channels">
        {found.map((channel) => (
          <li key={channel.id}>
            <a className="row" href={addressOf(channel)} onClick={onOpen}>
              <Icon name="hash" />
              <span className="name">
                {channel.name}
                <small>{channel.description}</small>
              </span>
            </a>
          </li>
        ))}
      </ul>
      {found.length === 0 && !hasMore && <p className="hint">No channel matches.</p>}
      <More
        error={error}
        hasMore={hasMore && channels.length >= wanted}
        loadMore={() => (error ? setTries(tries + 1) : setWanted(wanted + PAGE))}
      />
    </div>
  );
}
