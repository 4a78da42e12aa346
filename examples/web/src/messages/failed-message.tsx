/** Under an own message that the server refused: why, and what now. */
import type { Message } from '@confab/sdk';
import { errorText } from '../ui/error-text.ts';
import { attempt } from '../ui/toasts.tsx';
import { useMessageContext } from './message-context.ts';

export function FailedMessage({ message: { id, error } }: { message: Message }) {
  const { messages } = useMessageContext().channel;
  return (
    <div className="failed" role="alert">
      <span>Not sent. {errorText(error)}</span>
      <button type="button" className="link" onClick={() => attempt(() => messages.retry(id))}>
        Try again
      </button>
      <button type="button" className="link" onClick={() => attempt(() => messages.discard(id))}>
        Discard
      </button>
    </div>
  );
}
