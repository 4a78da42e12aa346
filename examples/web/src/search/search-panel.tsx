/** Search in what was said, beside the conversation: words, filters, hits that lead to where they stand. */
import type { ChannelInfo } from '@confab/sdk';
import { useEffect, useRef, useState } from 'react';
import { titleOf } from '../channels/channel-title.ts';
import { Panel } from '../conversation/panel.tsx';
import { replaceBeside } from '../place.ts';
import { Empty } from '../ui/empty.tsx';
import { SearchHits } from './search-hits.tsx';
import { useSearch } from './use-search.ts';

/** So long after the last keystroke the search begins. */
const PAUSE_MS = 250;
const FILTERS = ['from:@', 'has:file', 'has:link', 'has:image', 'is:pinned', 'is:thread', 'after:'];

interface Props {
  query: string;
  /** The channel that is open, to search only there. */
  open: ChannelInfo | null;
}

export function SearchPanel({ query, open }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(query);
  /** What the address has said and the field knows of. */
  const known = useRef(query);
  const search = useSearch(query);
  const filters = open?.slug ? [`in:#${open.slug}`, ...FILTERS] : FILTERS;

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (query === known.current) return;
    known.current = query;
    setTyped(query);
  }, [query]);
  useEffect(() => {
    const text = typed.trim();
    if (text === query) return;
    const timer = setTimeout(() => {
      known.current = text;
      replaceBeside({ search: text });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, query]);

  function addFilter(filter: string) {
    setTyped(
      `${typed.trim()} ${filter}${filter.endsWith(':') || filter.endsWith('@') ? '' : ' '}`.trimStart(),
    );
    field.current?.focus();
  }

  return (
    <Panel title="Search" subtitle={open ? `Also outside of ${titleOf(open)}` : undefined}>
      <div className="search-field">
        <input
          ref={field}
          type="search"
          aria-label="Search messages"
          placeholder="Words, “phrases”, from:@ada"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <div className="ideas" role="toolbar" aria-label="Filters">
          {filters.map((filter) => (
            <button key={filter} type="button" className="chip" onClick={() => addFilter(filter)}>
              {filter}
            </button>
          ))}
        </div>
      </div>
      <div className="scroll panel-body">
        <p className="hint small" role="status">
          {search.summary}
        </p>
        {search.error && (
          <p className="error" role="alert">
            {search.error}
          </p>
        )}
        <SearchHits hits={search.hits} query={query} />
        {query === '' && (
          <Empty icon="search" title="Find what was said">
            Two letters are enough, in any script. Filters narrow it down.
          </Empty>
        )}
        {search.hasMore && (
          <button type="button" onClick={search.loadMore}>
            Show more
          </button>
        )}
      </div>
    </Panel>
  );
}
