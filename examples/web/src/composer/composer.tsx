/** Where messages are written. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { titleOf } from '../channels/channel-title.ts';
import { errorText } from '../ui/error-text.ts';
import { Icon } from '../ui/icon.tsx';
import { readDraft, writeDraft } from './drafts.ts';

const MAX_LENGTH = 40_000;

interface Props {
  channel: Channel;
  info: ChannelInfo;
}

export function Composer({ channel, info }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => readDraft(channel.id));
  const [error, setError] = useState('');

  useLayoutEffect(() => {
    // Only a field that was made small first tells how much room its text needs.
    if (!field.current || text === undefined) return;
    field.current.style.height = 'auto';
    field.current.style.height = `${field.current.scrollHeight}px`;
  }, [text]);

  useEffect(() => {
    // On a touch screen the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
    return () => channel.typing.stop();
  }, [channel]);

  function write(next: string) {
    writeDraft(channel.id, next);
    setText(next);
    setError('');
    if (next === '') channel.typing.stop();
    else channel.typing.start();
  }

  async function send() {
    const length = lengthOf(text);
    if (text.trim() === '') return setError('Write something first.');
    if (length > MAX_LENGTH) {
      return setError(
        `This message is too long: ${length.toLocaleString('en')} of at most 40,000 characters.`,
      );
    }
    write('');
    try {
      await channel.messages.send(text);
    } catch (refusal) {
      // What was refused comes back, unless something else is being written by now.
      if (readDraft(channel.id) === '') {
        writeDraft(channel.id, text);
        setText(text);
      }
      setError(errorText(refusal));
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void send();
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    // While an input method composes, Enter picks a candidate.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  }

  const label = `Message ${titleOf(info)}`;
  return (
    <form className="composer" onSubmit={submit}>
      <div className="field">
        <textarea
          ref={field}
          rows={1}
          aria-label={label}
          aria-describedby="composer-error"
          placeholder={label}
          enterKeyHint="send"
          value={text}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" className="send" aria-label="Send" data-ready={text.trim() !== ''}>
          <Icon name="send" />
        </button>
      </div>
      <p id="composer-error" className="error" role="alert">
        {error}
      </p>
    </form>
  );
}

/** As the server counts: characters, not UTF-16 units. */
const lengthOf = (text: string): number => (text.length <= MAX_LENGTH ? text.length : [...text].length);
