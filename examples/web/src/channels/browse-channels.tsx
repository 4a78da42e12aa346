/** All public channels, to look into and join. */
import { Dialog } from '../ui/dialog.tsx';
import { PublicChannels } from './public-channels.tsx';

export function BrowseChannels({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="Browse channels" onClose={onClose}>
      <PublicChannels onOpen={onClose} />
    </Dialog>
  );
}
