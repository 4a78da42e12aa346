/** A word after @: stands out where the message means somebody by it, and is text like any other where nobody is called that. */
import type { Message, User } from '@confab/sdk';
import { useUsers } from '@confab/sdk/react';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { useMe } from '../me.ts';

interface Meant {
  everyone: Message['mentions']['everyone'];
  /** By what may stand after @ for them: a username, `[full name]` or `<id>`, in small letters. */
  people: ReadonlyMap<string, User>;
  /** Whether more people are meant than are known yet. */
  isLoading: boolean;
}

const NOBODY: Meant = { everyone: null, people: new Map(), isLoading: false };
const MeantContext = createContext(NOBODY);

interface Props {
  /** Whom a message means, as the server found. */
  mentions: Message['mentions'];
  /** Its text. */
  children: ReactNode;
}

/** Finds out once for a whole text whom its words mean. */
export function MeantPeople({ mentions, children }: Props) {
  if (mentions.userIds.length > 0) return <KnownPeople mentions={mentions}>{children}</KnownPeople>;
  const meant = mentions.everyone === null ? NOBODY : { ...NOBODY, everyone: mentions.everyone };
  return <MeantContext value={meant}>{children}</MeantContext>;
}

function KnownPeople({ mentions: { userIds, everyone }, children }: Props) {
  const { people, connection } = useUsers(userIds);
  const meant = useMemo(() => {
    const known = new Map<string, User>();
    for (const person of people.values()) {
      known.set(`[${person.name.toLowerCase()}]`, person);
      known.set(`<${person.id}>`, person);
      known.set(person.username, person);
    }
    return { everyone, people: known, isLoading: connection === 'loading' };
  }, [everyone, people, connection]);
  return <MeantContext value={meant}>{children}</MeantContext>;
}

/** @param name what stands after @ */
export function Mention({ name }: { name: string }) {
  const { userId } = useMe();
  const { everyone, people, isLoading } = useContext(MeantContext);
  const word = name.toLowerCase();
  const person = people.get(word);
  const isEveryone = everyone !== null && ['here', 'channel'].includes(word);
  // Until they are known, most words are the names they look like.
  if (!person && !isEveryone && !isLoading) return `@${name}`;
  return (
    <span className="mention" data-me={isEveryone || person?.id === userId} title={person?.name}>
      @{!person || word === person.username ? name : person.name}
    </span>
  );
}
