/** Starts or continues direct messages with somebody. */
import { Dialog } from '../ui/dialog.tsx';
import { openDm } from './open-dm.ts';
import { PeopleFinder } from './people-finder.tsx';

export function NewMessage({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="New message" onClose={onClose}>
      <PeopleFinder onPick={async ({ id }) => (await openDm(id)) && onClose()} />
    </Dialog>
  );
}
