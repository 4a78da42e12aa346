/** Under a list that is read page by page: the way to more of it, or why there is none. */
import type { Pages } from './use-pages.ts';
import { useRetry } from './use-retry.ts';

export function More({ error, hasMore, loadMore }: Pick<Pages<unknown>, 'error' | 'hasMore' | 'loadMore'>) {
  useRetry(error !== '', loadMore);

  if (!error) {
    return (
      hasMore && (
        <button type="button" onClick={loadMore}>
          Show more
        </button>
      )
    );
  }
  return (
    <>
      <p className="error" role="alert">
        {error}
      </p>
      <button type="button" onClick={loadMore}>
        Try again
      </button>
    </>
  );
}
