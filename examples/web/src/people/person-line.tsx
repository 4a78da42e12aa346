/** A person in a list: face, name, username. */
import type { User } from '@confab/sdk';
import type { ReactNode } from 'react';
import { Avatar } from '../ui/avatar.tsx';
import { StatusEmoji } from './status-emoji.tsx';

interface Props {
  user: User;
  /** Behind the name. */
  children?: ReactNode;
  isMe?: boolean;
}

export function PersonLine({ user, children, isMe = false }: Props) {
  return (
    <>
      <Avatar user={user} hasPresence />
      <span className="name">
        {user.name}
        {isMe && ' (you)'} <StatusEmoji userId={user.id} />
        <small>@{user.username}</small>
      </span>
      {children}
    </>
  );
}
