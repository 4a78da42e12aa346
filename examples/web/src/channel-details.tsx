/** About a channel: its members, adding people, leaving. */
import type { Channel, ChannelInfo, Member, User } from '@confab/sdk';
import { useCallback, useEffect, useState } from 'react';
import { Avatar } from './avatar.tsx';
import { titleOf } from './channel-title.ts';
import { Dialog } from './dialog.tsx';
import { errorText } from './error-text.ts';
import { PeopleFinder } from './people-finder.tsx';
import { goTo, HOME } from './place.ts';

const PAGE = 100;

interface Props {
  channel: Channel;
  info: ChannelInfo;
  userId: string;
  onClose(): void;
}

export function ChannelDetails({ channel, info, userId, onClose }: Props) {
  const [members, setMembers] = useState<Member[]>([]);
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState('');

  const attempt = useCallback(async (action: () => Promise<void>) => {
    setError('');
    try {
      await action();
    } catch (refusal) {
      setError(errorText(refusal));
    }
  }, []);

  const load = useCallback(
    async (known: Member[]) => {
      const after = known.at(-1)?.user.id;
      const page = await channel.members.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
      setMembers([...known, ...page]);
      setHasMore(page.length === PAGE);
    },
    [channel],
  );

  useEffect(() => {
    void attempt(() => load([]));
  }, [attempt, load]);

  const add = (user: User) =>
    attempt(async () => {
      await channel.members.add([user.id]);
      await load([]);
    });

  const leave = () =>
    attempt(async () => {
      await channel.leave();
      goTo(HOME);
    });

  return (
    <Dialog title={titleOf(info)} onClose={onClose}>
      {info.description && <p>{info.description}</p>}
      {info.role === 'admin' && (
        <section>
          <h3>Add people</h3>
          <PeopleFinder onPick={add} />
        </section>
      )}
      <section>
        <h3>{info.memberCount} members</h3>
        <ul aria-label="Members">
          {members.map(({ user, role }) => (
            <li key={user.id} className="row">
              <Avatar user={user} />
              <span className="name">
                {user.name}
                {user.id === userId && ' (you)'}
                <small>@{user.username}</small>
              </span>
              {role === 'admin' && <span className="role">Admin</span>}
            </li>
          ))}
        </ul>
        {hasMore && (
          <button type="button" onClick={() => attempt(() => load(members))}>
            Show more
          </button>
        )}
      </section>
      <p className="error" role="alert">
        {error}
      </p>
      <button type="button" className="quiet" onClick={leave}>
        Leave channel
      </button>
    </Dialog>
  );
}
