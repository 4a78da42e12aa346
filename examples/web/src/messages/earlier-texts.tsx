/** Behind an edited text, and where one was deleted for those who may see it: the way to what it said before. */
import type { Message } from '@confab/sdk';
import { useMe } from '../me.ts';
import { fullText } from '../ui/dates.ts';
import { useMessageContext } from './message-context.ts';

export function EarlierTexts({ message }: { message: Message }) {
  const { account } = useMe();
  const { show } = useMessageContext();
  const { editedAt, deletedAt } = message;
  const isShown = deletedAt ? account?.role === 'admin' : editedAt !== null;
  if (!isShown) return null;
  return (
    <button
      type="button"
      className="link edited"
      title={editedAt && !deletedAt ? fullText(editedAt) : undefined}
      aria-haspopup="dialog"
      onClick={() => show('history', message)}
    >
      {deletedAt ? 'Show what it said' : '(edited)'}
    </button>
  );
}
