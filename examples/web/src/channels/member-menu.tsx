/** What can be done about one member. */
import type { Channel, ChannelInfo, Member } from '@confab/sdk';
import { openDm } from '../people/open-dm.ts';
import { MenuButton, MenuItem } from '../ui/menu.tsx';
import { attempt } from '../ui/toasts.tsx';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  member: Member;
  onBan(): void;
}

export function MemberMenu({ channel, info, member: { user, role }, onBan }: Props) {
  const can = new Set(info.capabilities);
  const { members } = channel;
  const isOwner = user.id === info.ownerId;
  return (
    <MenuButton icon="more" label={`More about ${user.name}`}>
      <MenuItem icon="pencil" label="Send a message" onSelect={() => void openDm(user.id)} />
      {can.has('set_role') && !isOwner && (
        <MenuItem
          icon="shield"
          label={role === 'admin' ? 'Make a member' : 'Make an admin'}
          onSelect={() => attempt(() => members.setRole(user.id, role === 'admin' ? 'member' : 'admin'))}
        />
      )}
      {can.has('remove_member') && !isOwner && (
        <MenuItem
          icon="signOut"
          label="Remove from channel"
          tone="danger"
          onSelect={() => attempt(() => members.remove(user.id), `${user.name} is out of the channel`)}
        />
      )}
      {can.has('ban_member') && !isOwner && (
        <MenuItem icon="ban" label="Ban…" tone="danger" onSelect={onBan} />
      )}
    </MenuButton>
  );
}
