/** The line over a conversation: where one is, who is here, and the way back on a phone. */
import type { ChannelInfo } from '@confab/sdk';
import { ChannelFace } from '../channels/channel-face.tsx';
import { HOME, showBeside } from '../place.ts';
import { Icon } from '../ui/icon.tsx';
import { MenuButton, MenuItem } from '../ui/menu.tsx';
import { attempt } from '../ui/toasts.tsx';

interface Props {
  info: ChannelInfo | null;
  name: string;
  /** Ids of the people who have the channel open. */
  online?: readonly string[];
}

export function ConversationHeader({ info, name, online = [] }: Props) {
  return (
    <header className="bar">
      <a className="icon-button back" href={HOME} aria-label="Back to all conversations">
        <Icon name="back" />
      </a>
      <ChannelFace channel={info} />
      <div className="title">
        <h1>{name}</h1>
        {info?.description && <p>{info.description}</p>}
      </div>
      {info && (
        <div className="actions">
          {online.length > 1 && (
            <span className="here" title="People who have this conversation open">
              {online.length} here
            </span>
          )}
          {info.kind !== 'dm' && (
            <button
              type="button"
              className="icon-button"
              aria-label={`${info.memberCount} members`}
              title="Members"
              onClick={() => showBeside({ panel: 'members' })}
            >
              <Icon name="people" />
              {info.memberCount}
            </button>
          )}
          <button
            type="button"
            className="icon-button"
            aria-label="Search"
            title="Search"
            onClick={() => showBeside({ search: '' })}
          >
            <Icon name="search" />
          </button>
          <MenuButton icon="more" label="Conversation">
            <MenuItem icon="info" label="Details" onSelect={() => showBeside({ panel: 'details' })} />
            <MenuItem icon="pin" label="Pinned messages" onSelect={() => showBeside({ panel: 'pins' })} />
            <MenuItem icon="file" label="Files" onSelect={() => showBeside({ panel: 'files' })} />
            <hr />
            <MenuItem
              icon="link"
              label="Copy link"
              onSelect={() => attempt(() => navigator.clipboard.writeText(location.href), 'Link copied')}
            />
          </MenuButton>
        </div>
      )}
    </header>
  );
}
