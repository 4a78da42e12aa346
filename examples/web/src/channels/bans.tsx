/** Who may not come back to a channel, and the way to let them. */
import type { Ban, Channel, ChannelInfo } from '@confab/sdk';
import { useCallback } from 'react';
import { PersonLine } from '../people/person-line.tsx';
import { fullText } from '../ui/dates.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Empty } from '../ui/empty.tsx';
import { More } from '../ui/more.tsx';
import { attempt } from '../ui/toasts.tsx';
import { usePages } from '../ui/use-pages.ts';
import { titleOf } from './channel-title.ts';

const PAGE = 50;

interface Props {
  channel: Channel;
  info: ChannelInfo;
  onClose(): void;
}

export function Bans({ channel, info, onClose }: Props) {
  const load = useCallback(
    (last?: Ban) => channel.members.listBans({ limit: PAGE, ...(last ? { after: last.user.id } : {}) }),
    [channel],
  );
  const bans = usePages(load, PAGE);

  return (
    <Dialog title={`Banned from ${titleOf(info)}`} onClose={onClose}>
      {bans.list?.length === 0 && (
        <Empty icon="ban" title="Nobody is banned">
          Ban somebody from the list of members to keep them out.
        </Empty>
      )}
      <ul aria-label="Banned people" tabIndex={-1} aria-busy={bans.list === null && !bans.error}>
        {bans.list?.map((ban) => (
          <li key={ban.user.id} className="row">
            <PersonLine user={ban.user} about={aboutBan(ban)}>
              <button
                type="button"
                aria-label={`Let ${ban.user.name} come back`}
                onClick={async ({ currentTarget }) => {
                  const isDone = await attempt(
                    () => channel.members.unban(ban.user.id),
                    `${ban.user.name} may come back`,
                  );
                  if (!isDone) return;
                  // The button goes, and the focus would with it.
                  currentTarget.closest('ul')?.focus();
                  bans.remove(ban);
                }}
              >
                Unban
              </button>
            </PersonLine>
          </li>
        ))}
      </ul>
      <More {...bans} />
    </Dialog>
  );
}

function aboutBan({ reason, until }: Ban): string {
  const end = until === 'forever' ? 'For good' : `Until ${fullText(until)}`;
  return reason === '' ? end : `${end}: ${reason}`;
}
