/** Who is signed in. */
import { useCallback } from 'react';
import { useLive } from './live.ts';
import { useChat } from './provider.ts';

/** The signed-in user's id, null when signed out, undefined until the stored session has been read. */
export function useSession(): string | null | undefined {
  const chat = useChat();
  const open = useCallback(
    (listener: (userId: string | null | undefined) => void) =>
      chat.auth.subscribe(({ userId }) => listener(userId)),
    [chat],
  );
  return useLive(open, undefined).state;
}
