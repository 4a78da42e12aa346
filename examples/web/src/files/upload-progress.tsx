/** How far the files of a message on its way have come, and the way to call them off. */
import type { Message } from '@confab/sdk';
import { useMessageContext } from '../messages/message-context.ts';
import { attempt } from '../ui/toasts.tsx';

export function UploadProgress({ message: { id, files, progress } }: { message: Message }) {
  const { messages } = useMessageContext().channel;
  if (progress === null) return null;
  const names = files.map(({ name }) => name).join(', ');
  return (
    <div className="upload">
      <span className="name">{names || 'Files'}</span>
      <progress value={progress} max={1} aria-label={`Uploading ${names}`} />
      <button type="button" className="link" onClick={() => attempt(() => messages.discard(id))}>
        Cancel
      </button>
    </div>
  );
}
