/** The text of a composer: kept as a draft, sent, and given back when it was refused. */
import { useState } from 'react';
import { errorText } from '../ui/error-text.ts';
import type { ComposerTarget } from './composer.tsx';
import { readDraft, writeDraft } from './drafts.ts';

const MAX_LENGTH = 40_000;

interface Text {
  text: string;
  /** Why it could not be sent. */
  error: string;
  write(text: string): void;
  send(): Promise<void>;
}

export function useText({ draftKey, typing, send }: ComposerTarget): Text {
  const [text, setText] = useState(() => readDraft(draftKey));
  const [error, setError] = useState('');

  function write(next: string) {
    writeDraft(draftKey, next);
    setText(next);
    setError('');
    if (next === '') typing.stop();
    else typing.start();
  }

  return {
    text,
    error,
    write,
    async send() {
      const length = lengthOf(text);
      if (text.trim() === '') return setError('Write something first.');
      if (length > MAX_LENGTH) {
        const count = length.toLocaleString('en');
        return setError(`This message is too long: ${count} of at most 40,000 characters.`);
      }
      write('');
      // What is refused stays in the list, with the reason and the ways to go on.
      await send(text).catch((refusal: unknown) => setError(errorText(refusal)));
    },
  };
}

/** As the server counts: characters, not UTF-16 units. */
const lengthOf = (text: string): number => (text.length <= MAX_LENGTH ? text.length : [...text].length);
