/** More about a person: what they do, whether they are here, the way to talk with them. */
import type { Profile, User } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useEffect, useState } from 'react';
import { useMe } from '../me.ts';
import { Avatar } from '../ui/avatar.tsx';
import { agoText } from '../ui/dates.ts';
import { type Anchor, Popover } from '../ui/popover.tsx';
import { attempt } from '../ui/toasts.tsx';
import { openDm } from './open-dm.ts';
import { presenceText, usePresence } from './use-presence.ts';

/** As many as are looked through for the person; blocking again changes nothing. */
const MOST_BLOCKS = 200;

interface Props {
  anchor: Anchor;
  user: User;
  onClose(): void;
}

export function PersonCard({ anchor, user, onClose }: Props) {
  const { users, blocks } = useChat();
  const { userId } = useMe();
  const presence = usePresence(user.id);
  /** Null until it is known. */
  const [isBlocked, setIsBlocked] = useState<boolean | null>(null);
  const [profile, setProfile] = useState<Profile | null>(null);

  useEffect(() => {
    let isWanted = true;
    const tell = (blocked: boolean) => isWanted && setIsBlocked(blocked);
    blocks.list({ limit: MOST_BLOCKS }).then(
      (list) => tell(list.some((block) => block.user.id === user.id)),
      () => tell(false),
    );
    return () => {
      isWanted = false;
    };
  }, [blocks, user.id]);

  useEffect(() => {
    const subscription = users.subscribe([user.id], ({ people }) => setProfile(people.get(user.id) ?? null));
    return () => subscription.unsubscribe();
  }, [users, user.id]);

  return (
    <Popover anchor={anchor} label={`About ${user.name}`} className="person" onClose={onClose}>
      <header>
        <Avatar user={profile ?? user} hasPresence />
        <div>
          <strong>{profile?.name ?? user.name}</strong>
          <p className="hint">@{profile?.username ?? user.username}</p>
        </div>
      </header>
      {profile?.title && <p>{profile.title}</p>}
      {presence && (
        <p className="hint">
          {presence.statusText
            ? `${presence.statusEmoji ?? ''} ${presence.statusText}`
            : presenceText(presence)}
          {presence.status === 'offline' &&
            presence.lastSeenAt &&
            `, last seen ${agoText(presence.lastSeenAt)}`}
        </p>
      )}
      {user.id !== userId && (
        <div className="buttons">
          <button
            type="button"
            className="quiet"
            data-tone="danger"
            disabled={isBlocked === null}
            onClick={async () => {
              const isDone = isBlocked
                ? await attempt(() => blocks.unblock(user.id), `${user.name} is not blocked any more`)
                : await attempt(() => blocks.block(user.id), `${user.name} is blocked`);
              if (isDone) onClose();
            }}
          >
            {isBlocked ? 'Unblock' : 'Block'}
          </button>
          <button type="button" className="primary" onClick={() => void openDm(user.id)}>
            Message
          </button>
        </div>
      )}
    </Popover>
  );
}
