/** The text of a composer: kept as a draft on all devices, and sent. */
import { useChat, useDraft } from '@confab/sdk/react';
import { useState } from 'react';
import type { Attached } from '../files/use-attachments.ts';
import { errorText } from '../ui/error-text.ts';
import type { ComposerTarget } from './composer.tsx';

const MAX_LENGTH = 40_000;

interface Text {
  text: string;
  /** Why it could not be sent. */
  error: string;
  write(text: string): void;
  send(): Promise<void>;
}

export function useText(target: ComposerTarget, attached: Attached): Text {
  const { drafts } = useChat();
  const { place, channel } = target;
  const { draft } = useDraft(place);
  /** Null until something is written here: till then it is what another device writes. */
  const [own, setOwn] = useState<string | null>(null);
  const text = own ?? (draft ?? drafts.get(place))?.body ?? '';
  const [error, setError] = useState('');

  function write(next: string) {
    drafts.set(place, next);
    setOwn(next);
    setError('');
    if (next === '') channel.typing.stop();
    else channel.typing.start();
  }

  return {
    text,
    error,
    write,
    async send() {
      const { files } = attached;
      const length = lengthOf(text);
      if (text.trim() === '' && files.length === 0) return setError('Write something first.');
      if (length > MAX_LENGTH) {
        const count = length.toLocaleString('en');
        return setError(`This message is too long: ${count} of at most 40,000 characters.`);
      }
      write('');
      attached.clear();
      // What is refused stays in the list, with the reason and the ways to go on.
      await target.send(text, files).catch((refusal: unknown) => setError(errorText(refusal)));
    },
  };
}

/** As the server counts: characters, not UTF-16 units. */
const lengthOf = (text: string): number => (text.length <= MAX_LENGTH ? text.length : [...text].length);
