/** Asks before a message is deleted. */
import type { Channel, Message } from '@confab/sdk';
import { Confirm } from '../ui/confirm.tsx';
import { MessageText } from './message-text.tsx';

interface Props {
  channel: Channel;
  message: Message;
  onClose(): void;
}

export function DeleteMessage({ channel, message, onClose }: Props) {
  const { seq, body, mentions } = message;
  return (
    <Confirm
      title="Delete this message?"
      action="Delete"
      onClose={onClose}
      onConfirm={async () => {
        if (seq !== null) await channel.messages.delete(seq);
      }}
    >
      {body !== '' && (
        <div className="quoted">
          <MessageText body={body.length > 300 ? `${body.slice(0, 300)}…` : body} mentions={mentions} />
        </div>
      )}
      <p className="hint">It goes for everybody and cannot be brought back.</p>
    </Confirm>
  );
}
