/** People whose name is like what is being typed. */
import type { User } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useEffect, useState } from 'react';
import { errorText } from '../ui/error-text.ts';
import { stillMeant } from './still-meant.ts';

/** So long after the last keystroke the server is asked. */
const PAUSE_MS = 150;
const NOBODY: readonly User[] = [];

interface People {
  /** Nobody whom what is typed does not mean. */
  people: readonly User[];
  /** Whether `people` is the answer to what is typed now. */
  isSettled: boolean;
  error: string;
}

export function usePeople(typed: string): People {
  const { search } = useChat();
  const text = typed.trim();
  const [answer, setAnswer] = useState<{ text: string; people: readonly User[]; error: string }>();

  useEffect(() => {
    if (text === '') return;
    let isWanted = true;
    const timer = setTimeout(() => {
      search.users(text).then(
        (people) => isWanted && setAnswer({ text, people, error: '' }),
        (refusal: unknown) => isWanted && setAnswer({ text, people: NOBODY, error: errorText(refusal) }),
      );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [search, text]);

  if (text === '' || !answer) return { people: NOBODY, isSettled: text === '', error: '' };
  if (answer.text === text) return { people: answer.people, isSettled: true, error: answer.error };
  return { people: stillMeant(answer.people, text), isSettled: false, error: '' };
}
