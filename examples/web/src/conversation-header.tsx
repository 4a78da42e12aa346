/** The line over a conversation: where one is, who is here, and the way back on a phone. */
import type { ChannelInfo } from '@confab/sdk';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import { HOME } from './place.ts';

interface Props {
  info: ChannelInfo | null;
  name: string;
  /** Ids of the people who have the channel open. */
  online?: readonly string[];
  onDetails?(): void;
}

export function ConversationHeader({ info, name, online = [], onDetails }: Props) {
  const dmUser = info?.dmUser ?? null;
  return (
    <header className="conversation-header">
      <a className="icon-button back" href={HOME} aria-label="Back to all conversations">
        <Icon name="back" />
      </a>
      {dmUser ? (
        <Avatar user={dmUser} isOnline={online.includes(dmUser.id)} />
      ) : (
        <Icon name={info?.kind === 'private' ? 'lock' : 'hash'} />
      )}
      <div className="title">
        <h1>{name}</h1>
        {info?.description && <p>{info.description}</p>}
      </div>
      <Here info={info} online={online} />
      {onDetails && info && info.kind !== 'dm' && (
        <button
          type="button"
          className="icon-button"
          aria-label={`${info.memberCount} members`}
          onClick={onDetails}
        >
          <Icon name="people" />
          {info.memberCount}
        </button>
      )}
    </header>
  );
}

function Here({ info, online }: { info: ChannelInfo | null; online: readonly string[] }) {
  if (info?.kind === 'dm') {
    return online.length > 1 ? <span className="here">here now</span> : null;
  }
  return online.length > 0 ? (
    <span className="here" title="People who have this channel open">
      {online.length} here
    </span>
  ) : null;
}
