/** Who is in a channel; adding people, leaving. */
import type { Channel, ChannelInfo, Member, User } from '@confab/sdk';
import { useCallback, useEffect, useState } from 'react';
import { Panel } from '../conversation/panel.tsx';
import { useMe } from '../me.ts';
import { PeopleFinder } from '../people/people-finder.tsx';
import { goTo, HOME } from '../place.ts';
import { Avatar } from '../ui/avatar.tsx';
import { attempt } from '../ui/toasts.tsx';
import { titleOf } from './channel-title.ts';

const PAGE = 100;

export function MembersPanel({ channel, info }: { channel: Channel; info: ChannelInfo }) {
  const { userId } = useMe();
  const [members, setMembers] = useState<Member[]>([]);
  const [hasMore, setHasMore] = useState(false);

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
  }, [load]);

  const add = (user: User) =>
    attempt(async () => {
      await channel.members.add([user.id]);
      await load([]);
    }, `${user.name} is in the channel now`);

  const leave = () =>
    attempt(async () => {
      await channel.leave();
      goTo(HOME);
    });

  return (
    <Panel title="Members" subtitle={titleOf(info)}>
      <div className="scroll panel-body">
        {info.role === 'admin' && <PeopleFinder onPick={add} />}
        <ul aria-label="Members">
          {members.map(({ user, role }) => (
            <li key={user.id} className="row">
              <Avatar user={user} />
              <span className="name">
                {user.name}
                {user.id === userId && ' (you)'}
                <small>@{user.username}</small>
              </span>
              {role === 'admin' && <span className="tag">Admin</span>}
            </li>
          ))}
        </ul>
        {hasMore && (
          <button type="button" onClick={() => attempt(() => load(members))}>
            Show more
          </button>
        )}
        <button type="button" className="quiet" data-tone="danger" onClick={leave}>
          Leave channel
        </button>
      </div>
    </Panel>
  );
}
