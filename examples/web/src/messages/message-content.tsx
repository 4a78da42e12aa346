/** Everything under the name: the text, and what others added to it. */
import type { Message } from '@confab/sdk';
import { MessageFiles } from '../files/message-files.tsx';
import { UploadProgress } from '../files/upload-progress.tsx';
import { useMe } from '../me.ts';
import { Reactions } from '../reactions/reactions.tsx';
import { fullText } from '../ui/dates.ts';
import { FailedMessage } from './failed-message.tsx';
import { MessageMarks } from './message-marks.tsx';
import { MessageText } from './message-text.tsx';
import { ThreadSummary } from './thread-summary.tsx';

export function MessageContent({ message }: { message: Message }) {
  const { account } = useMe();
  const { body, status, editedAt, deletedAt, files } = message;
  if (deletedAt) {
    return (
      <>
        <p className="gone">This message was deleted.</p>
        <ThreadSummary message={message} />
      </>
    );
  }
  return (
    <>
      <MessageMarks message={message} />
      {body !== '' && (
        <MessageText body={body} me={account?.username}>
          {editedAt && (
            <span className="edited" title={fullText(editedAt)}>
              (edited)
            </span>
          )}
        </MessageText>
      )}
      {status === 'sent' && files.length > 0 && <MessageFiles files={files} />}
      <Reactions message={message} />
      <ThreadSummary message={message} />
      {status === 'pending' && <UploadProgress message={message} />}
      {status === 'pending' && <span className="for-screen-readers">Sending</span>}
      {status === 'failed' && <FailedMessage message={message} />}
    </>
  );
}
