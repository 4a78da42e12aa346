/** What a search found; the matches stand out. */
import type { SearchHit } from '@confab/sdk';
import { addressOf } from '../place.ts';
import { MessageCard } from '../ui/message-card.tsx';

export function SearchHits({ hits, query }: { hits: readonly SearchHit[]; query: string }) {
  return (
    <ul aria-label="Results">
      {hits.map(({ message, channel, snippet }) => (
        <li key={message.id}>
          <MessageCard
            message={message}
            href={addressOf(channel, toHit(message.parentSeq, message.inChannel, message.id, query))}
            where={channel.slug === null ? channel.name : `#${channel.name}`}
            text={
              <p className="text">
                {snippet.map(({ text, isMatch }, index) =>
                  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place.
                  isMatch ? <mark key={index}>{text}</mark> : text,
                )}
              </p>
            }
          />
        </li>
      ))}
    </ul>
  );
}

/** The results stay beside a message in the channel; one that only its thread shows takes their place. */
const toHit = (parentSeq: number | null, inChannel: boolean, message: string, search: string) =>
  parentSeq !== null && !inChannel ? { thread: parentSeq } : { message, search };
