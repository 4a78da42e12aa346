/** Stands in for the conversation of a public channel that the user has not joined. */
import type { Channel } from '@confab/sdk';
import { useState } from 'react';
import { errorText } from '../ui/error-text.ts';

interface Props {
  channel: Channel;
  name: string;
  onJoined(): void;
}

export function JoinChannel({ channel, name, onJoined }: Props) {
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);

  async function join() {
    setIsBusy(true);
    setError('');
    try {
      await channel.join();
      onJoined();
    } catch (refusal) {
      setError(errorText(refusal));
      setIsBusy(false);
    }
  }

  return (
    <div className="notice">
      <h2>#{name}</h2>
      <p>Join this channel to read along and write in it.</p>
      <button className="primary" type="button" disabled={isBusy} onClick={join}>
        Join channel
      </button>
      <p className="error" role="alert">
        {error}
      </p>
    </div>
  );
}
