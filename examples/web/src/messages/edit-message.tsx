/** A message's text, being changed in its place. */
import type { Message } from '@confab/sdk';
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { useGrowing } from '../composer/use-growing.ts';
import { errorText } from '../ui/error-text.ts';
import { keepFocus } from '../ui/keep-focus.ts';
import { useMessageContext } from './message-context.ts';

export function EditMessage({ message, onDone }: { message: Message; onDone(): void }) {
  const { channel, show } = useMessageContext();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(message.body);
  const [error, setError] = useState('');
  useGrowing(field, text);

  useLayoutEffect(() => {
    const article = field.current?.closest('article');
    const giveBack = keepFocus(article);
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
    return () => {
      const hasFocus = article?.contains(document.activeElement) || document.activeElement === document.body;
      if (hasFocus) giveBack();
    };
  }, []);

  async function save() {
    if (text === message.body || message.seq === null) return onDone();
    if (text.trim() === '' && message.files.length === 0) return show('delete', message);
    try {
      await channel.messages.edit(message.seq, { body: text });
      onDone();
    } catch (refusal) {
      setError(errorText(refusal));
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      onDone();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void save();
    }
  }

  return (
    <div className="edit">
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label="Edit message"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="buttons">
        <span className="error" role="alert">
          {error}
        </span>
        <button type="button" className="quiet" onClick={onDone}>
          Cancel
        </button>
        <button type="button" className="primary" onClick={save}>
          Save
        </button>
      </div>
    </div>
  );
}
