/** The connection to the server, for what has to be asked for again once it is there. */
import { createContext, useContext, useEffect, useEffectEvent, useRef } from 'react';

/** As the list of channels tells it; `offline` also while the device has no network. */
export const ConnectionContext = createContext('loading');

/** Asks again for what failed, once each time the connection comes: then, or when what was under way then fails. */
export function useRetry(hasFailed: boolean, again: () => void): void {
  const connection = useContext(ConnectionContext);
  const wasAsked = useRef(false);
  const ask = useEffectEvent(again);
  useEffect(() => {
    if (connection !== 'live') wasAsked.current = false;
    else if (hasFailed && !wasAsked.current) {
      wasAsked.current = true;
      ask();
    }
  }, [connection, hasFailed]);
}
