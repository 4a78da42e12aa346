/** A list that is read once, page by page. */
import { useCallback, useEffect, useState } from 'react';
import { errorText } from './error-text.ts';

export interface Pages<T> {
  /** Null until the first page is there. */
  list: readonly T[] | null;
  hasMore: boolean;
  /** Why the last page could not be read. */
  error: string;
  /** Reads the next page, or again what could not be read. */
  loadMore(): void;
  remove(item: T): void;
}

/** @param load reads the page after an item, or the first; keep it the same between renders */
export function usePages<T>(load: (last?: T) => Promise<readonly T[]>, pageSize: number): Pages<T> {
  const [list, setList] = useState<readonly T[] | null>(null);
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState('');

  const extend = useCallback(
    async (known: readonly T[]) => {
      setError('');
      try {
        const page = await load(known.at(-1));
        setList([...known, ...page]);
        setHasMore(page.length >= pageSize);
      } catch (refusal) {
        setError(errorText(refusal));
      }
    },
    [load, pageSize],
  );
  useEffect(() => void extend([]), [extend]);

  return {
    ...{ list, hasMore, error },
    loadMore: () => void extend(list ?? []),
    remove: (item) => setList((known) => known?.filter((one) => one !== item) ?? null),
  };
}
