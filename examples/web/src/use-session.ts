/** Who is signed in. */
import { useEffect, useState } from 'react';
import { chat } from './chat.ts';

/** The user's id, null when signed out, undefined until the stored session has been read. */
export function useSession(): string | null | undefined {
  const [userId, setUserId] = useState<string | null>();
  useEffect(() => {
    const subscription = chat.auth.subscribe((state) => setUserId(state.userId));
    return () => subscription.unsubscribe();
  }, []);
  return userId;
}
