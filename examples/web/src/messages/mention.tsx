/** A word after @: stands out where the message means somebody by it, and is text like any other where nobody is called that. */
import type { Message } from '@confab/sdk';
import { useUsers } from '@confab/sdk/react';
import { useMe } from '../me.ts';

type Mentions = Message['mentions'];

interface Props {
  /** A username, `[Full Name]` or `<id>`; or `here` or `channel`. */
  name: string;
  mentions: Mentions;
}

export function Mention({ name, mentions }: Props) {
  if (mentions.everyone !== null && ['here', 'channel'].includes(name.toLowerCase())) {
    return (
      <span className="mention" data-me="true">
        @{name}
      </span>
    );
  }
  return mentions.userIds.length > 0 ? <PersonMention name={name} userIds={mentions.userIds} /> : `@${name}`;
}

function PersonMention({ name, userIds }: { name: string; userIds: Mentions['userIds'] }) {
  const { userId } = useMe();
  const { people, connection } = useUsers(userIds);
  const word = name.toLowerCase();
  const meant = [...people.values()].find(
    (person) =>
      word === person.username || word === `<${person.id}>` || word === `[${person.name.toLowerCase()}]`,
  );
  // Until they are known, most words are the names they look like.
  if (!meant && connection !== 'loading') return `@${name}`;
  return (
    <span className="mention" data-me={meant?.id === userId} title={meant?.name}>
      @{!meant || word === meant.username ? name : meant.name}
    </span>
  );
}
