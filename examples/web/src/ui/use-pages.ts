/** A list that is read once, page by page. */
import { useCallback, useEffect, useState } from 'react';
import { attempt } from './toasts.tsx';

interface Pages<T> {
  /** Null until the first page is there. */
  list: readonly T[] | null;
  hasMore: boolean;
  loadMore(): void;
  remove(item: T): void;
}

/** @param load reads the page after an item, or the first; keep it the same between renders */
export function usePages<T>(load: (last?: T) => Promise<readonly T[]>, pageSize: number): Pages<T> {
  const [list, setList] = useState<readonly T[] | null>(null);
  const [hasMore, setHasMore] = useState(false);

  const extend = useCallback(
    (known: readonly T[]) =>
      attempt(async () => {
        const page = await load(known.at(-1));
        setList([...known, ...page]);
        setHasMore(page.length >= pageSize);
      }),
    [load, pageSize],
  );
  useEffect(() => void extend([]), [extend]);

  return {
    list,
    hasMore,
    loadMore: () => void extend(list ?? []),
    remove: (item) => setList((known) => known?.filter((one) => one !== item) ?? null),
  };
}
