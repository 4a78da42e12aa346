/** Who is in a channel; adding people, and for admins roles and removal. */
import type { Channel, ChannelInfo, Member, User } from '@confab/sdk';
import { useMembers } from '@confab/sdk/react';
import { useState } from 'react';
import { Panel } from '../conversation/panel.tsx';
import { useMe } from '../me.ts';
import { PeopleFinder } from '../people/people-finder.tsx';
import { PersonLine } from '../people/person-line.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { attempt } from '../ui/toasts.tsx';
import { titleOf } from './channel-title.ts';
import { MemberMenu } from './member-menu.tsx';

export function MembersPanel({ channel, info }: { channel: Channel; info: ChannelInfo }) {
  const { userId } = useMe();
  const { members, hasMore, connection, loadMore } = useMembers(channel);
  const [banning, setBanning] = useState<Member | null>(null);

  const add = (user: User) =>
    attempt(() => channel.members.add([user.id]), `${user.name} is in the channel now`);

  return (
    <Panel title="Members" subtitle={`${info.memberCount} in ${titleOf(info)}`}>
      <div className="scroll panel-body">
        {info.capabilities.includes('invite') && (
          <section>
            <h3>Add people</h3>
            <PeopleFinder onPick={add} />
          </section>
        )}
        <ul aria-label="Members" aria-busy={connection === 'loading'}>
          {members.map((member) => (
            <li key={member.user.id} className="row">
              <PersonLine user={member.user} isMe={member.user.id === userId}>
                {member.user.id === info.ownerId ? (
                  <span className="tag">Owner</span>
                ) : (
                  member.role === 'admin' && <span className="tag">Admin</span>
                )}
                {member.user.id !== userId && (
                  <MemberMenu
                    channel={channel}
                    info={info}
                    member={member}
                    onBan={() => setBanning(member)}
                  />
                )}
              </PersonLine>
            </li>
          ))}
        </ul>
        {hasMore && (
          <button type="button" onClick={() => attempt(loadMore)}>
            Show more
          </button>
        )}
      </div>
      {banning && (
        <Confirm
          title={`Ban ${banning.user.name}?`}
          action="Ban"
          onClose={() => setBanning(null)}
          onConfirm={() => channel.members.ban(banning.user.id)}
        >
          <p className="hint">
            They are taken out of {titleOf(info)} and cannot come back until an admin lets them.
          </p>
        </Confirm>
      )}
    </Panel>
  );
}
