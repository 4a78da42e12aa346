/** About a channel: its name and topic, what it is to the reader, and the ways out of it. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { useState } from 'react';
import { Panel } from '../conversation/panel.tsx';
import { goTo, HOME, showBeside } from '../place.ts';
import { Confirm } from '../ui/confirm.tsx';
import { agoText } from '../ui/dates.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { attempt } from '../ui/toasts.tsx';
import { Bans } from './bans.tsx';
import { ChannelForm } from './channel-form.tsx';
import { ChannelNotifications } from './channel-notifications.tsx';
import { titleOf } from './channel-title.ts';

export function DetailsPanel({ channel, info }: { channel: Channel; info: ChannelInfo }) {
  const [question, setQuestion] = useState<'leave' | 'delete' | null>(null);
  const [hasBans, setHasBans] = useState(false);
  const can = new Set(info.capabilities);
  const { isPinned } = info.settings;

  return (
    <Panel title="Details" subtitle={titleOf(info)}>
      <div className="scroll panel-body">
        {can.has('update_channel') ? (
          <ChannelForm key={`${info.name} ${info.description}`} channel={channel} info={info} />
        ) : (
          info.description && <p>{info.description}</p>
        )}
        <p className="hint small">Made {agoText(info.createdAt)}</p>

        <div>
          <Action icon="people" label="Members" onClick={() => showBeside({ panel: 'members' })} />
          <Action icon="pin" label="Pinned messages" onClick={() => showBeside({ panel: 'pins' })} />
          <Action icon="file" label="Files" onClick={() => showBeside({ panel: 'files' })} />
          {can.has('ban_member') && (
            <Action icon="ban" label="Banned people" onClick={() => setHasBans(true)} />
          )}
        </div>

        <section>
          <h3>For you</h3>
          <Action
            icon="star"
            label={isPinned ? 'Remove from the top of the list' : 'Keep at the top of the list'}
            onClick={() => attempt(() => channel.setSettings({ isPinned: !isPinned }))}
          />
          <Action
            icon="eyeOff"
            label="Hide until something new is said"
            onClick={() =>
              attempt(async () => {
                await channel.setSettings({ isHidden: true });
                goTo(HOME);
              })
            }
          />
          <ChannelNotifications channel={channel} info={info} />
        </section>

        <div>
          {can.has('archive') && (
            <Action
              icon="archive"
              label={info.archivedAt ? 'Bring back from the archive' : 'Archive channel'}
              onClick={() => attempt(() => (info.archivedAt ? channel.unarchive() : channel.archive()))}
            />
          )}
          {can.has('leave') && (
            <Action icon="signOut" label="Leave…" tone="danger" onClick={() => setQuestion('leave')} />
          )}
          {can.has('delete_channel') && (
            <Action
              icon="trash"
              label="Delete channel…"
              tone="danger"
              onClick={() => setQuestion('delete')}
            />
          )}
        </div>
      </div>
      {hasBans && <Bans channel={channel} info={info} onClose={() => setHasBans(false)} />}
      {question && (
        <Confirm
          title={question === 'leave' ? `Leave ${titleOf(info)}?` : `Delete ${titleOf(info)}?`}
          action={question === 'leave' ? 'Leave' : 'Delete'}
          onClose={() => setQuestion(null)}
          onConfirm={async () => {
            await (question === 'leave' ? channel.leave() : channel.delete());
            goTo(HOME);
          }}
        >
          <p className="hint">
            {question === 'delete'
              ? 'It goes with all its messages, for everybody.'
              : info.kind === 'public'
                ? 'You can join again at any time.'
                : 'Somebody has to add you again if you want to come back.'}
          </p>
        </Confirm>
      )}
    </Panel>
  );
}

interface ActionProps {
  icon: IconName;
  label: string;
  tone?: 'danger';
  onClick(): void;
}

function Action({ icon, label, tone, onClick }: ActionProps) {
  return (
    <button type="button" className="row quiet" data-tone={tone} onClick={onClick}>
      <Icon name={icon} />
      {label}
    </button>
  );
}
