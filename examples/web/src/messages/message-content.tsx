/** Everything under the name: the text, and what others added to it. */
import type { Message } from '@confab/sdk';
import { MessageFiles } from '../files/message-files.tsx';
import { UploadProgress } from '../files/upload-progress.tsx';
import { Reactions } from '../reactions/reactions.tsx';
import { EarlierTexts } from './earlier-texts.tsx';
import { FailedMessage } from './failed-message.tsx';
import { MessageMarks } from './message-marks.tsx';
import { MessageText } from './message-text.tsx';
import { ThreadSummary } from './thread-summary.tsx';

export function MessageContent({ message }: { message: Message }) {
  const { body, status, deletedAt, files, mentions } = message;
  if (deletedAt) {
    return (
      <>
        <p className="gone">
          This message was deleted. <EarlierTexts message={message} />
        </p>
        <ThreadSummary message={message} />
      </>
    );
  }
  return (
    <>
      <MessageMarks message={message} />
      {body !== '' && (
        <MessageText body={body} mentions={mentions}>
          <EarlierTexts message={message} />
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
