/** A person in a list: face, name, username. */
import type { User } from '@confab/sdk';
import type { ReactNode } from 'react';
import { Avatar } from '../ui/avatar.tsx';
import { StatusEmoji } from './status-emoji.tsx';

interface Props {
  user: User;
  /** Under the name, instead of the username. */
  about?: string;
  /** Behind the name. */
  children?: ReactNode;
  isMe?: boolean;
}

export function PersonLine({ user, about, children, isMe = false }: Props) {
  return (
    <>
      <Avatar user={user} hasPresence />
      <span className="name">
        {user.name}
        {isMe && ' (you)'} <StatusEmoji userId={user.id} />
        <small>{about ?? `@${user.username}`}</small>
      </span>
      {children}
    </>
  );
}
