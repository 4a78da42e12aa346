/** A list of messages, oldest first, loaded in both directions as the reader goes, that never jumps. */

import type { Message } from '@confab/sdk';
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { Icon } from '../ui/icon.tsx';
import { toRows } from './grouping.ts';
import { MessageRow } from './message-row.tsx';
import { Placeholder } from './placeholder.tsx';
import { useEdges } from './use-edges.ts';
import type { Scroll } from './use-scroll.ts';
import { walkMessages } from './walk-messages.ts';

/** What a live view of the SDK offers, of a channel or a thread. */
export interface HistoryView {
  hasOlder: boolean;
  hasNewer: boolean;
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  backToNewest(): Promise<void>;
}

interface Props {
  label: string;
  messages: readonly Message[];
  view: HistoryView;
  scroll: Scroll;
  isLoaded: boolean;
  firstNewId?: string | null;
  /** Messages of others that have not been on screen yet. */
  unseen?: number;
  /** Id of the message to show, once it is there. */
  target?: string | null;
  onTarget?(): void;
  /** Before the first message, once there is nothing older. */
  beginning: ReactNode;
  /** Over the messages. */
  above?: ReactNode;
}

export function MessageScroller({ label, messages, view, scroll, isLoaded, ...props }: Props) {
  const { firstNewId = null, unseen = 0, target = null, onTarget, beginning, above } = props;
  const { box, isAtEnd, toEnd, toItem } = scroll;
  const edges = useEdges(box, view, messages);
  const rows = useMemo(() => toRows(messages, firstNewId), [messages, firstNewId]);

  // One's own message is where one wants to be.
  const newest = messages.at(-1);
  const ownPending = newest?.status === 'pending' ? newest.id : undefined;
  useLayoutEffect(() => {
    if (ownPending) toEnd();
  }, [ownPending, toEnd]);

  const told = useRef(onTarget);
  told.current = onTarget;
  useEffect(() => {
    const item =
      target && messages.some(({ id }) => id === target) && document.getElementById(`message-${target}`);
    if (!item) return;
    toItem(item);
    const article = item.querySelector<HTMLElement>('article');
    article?.focus({ preventScroll: true });
    article?.classList.add('is-target');
    article?.addEventListener('animationend', () => article.classList.remove('is-target'), { once: true });
    told.current?.();
  }, [target, messages, toItem]);

  async function showNewest() {
    if (view.hasNewer) await view.backToNewest().catch(() => {});
    toEnd();
  }

  return (
    <div className="messages-frame">
      {above}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div ref={box} className="messages" role="log" aria-label={label} tabIndex={0} onKeyDown={walkMessages}>
        <ol className="said" aria-busy={!isLoaded}>
          {/* Another element once it is loaded: what took its place has not moved. */}
          <li key={isLoaded ? 'beginning' : 'placeholder'} className="beginning">
            {!isLoaded && <Placeholder />}
            {isLoaded && !view.hasOlder && beginning}
            {edges.olderFailed && (
              <button type="button" onClick={edges.loadOlder}>
                Older messages could not be loaded. Try again
              </button>
            )}
          </li>
          {rows.map((row) => (
            <MessageRow key={row.message.id} row={row} />
          ))}
          {edges.newerFailed && (
            <li className="edge">
              <button type="button" onClick={edges.loadNewer}>
                Newer messages could not be loaded. Try again
              </button>
            </li>
          )}
        </ol>
      </div>
      {!isAtEnd && (
        <button type="button" className="jump" onClick={showNewest}>
          <Icon name="down" />
          {unseen > 0 ? `${unseen} new` : 'Newest'}
        </button>
      )}
    </div>
  );
}
