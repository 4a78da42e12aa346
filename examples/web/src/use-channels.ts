/** The user's channels, kept live. */
import type { ChannelsState } from '@confab/sdk';
import { useEffect, useState } from 'react';
import { chat } from './chat.ts';

const EMPTY: ChannelsState = { channels: [], connection: 'loading' };

export function useChannels(): ChannelsState {
  const [state, setState] = useState(EMPTY);
  useEffect(() => {
    const subscription = chat.channels.subscribe(setState);
    return () => subscription.unsubscribe();
  }, []);
  return state;
}
