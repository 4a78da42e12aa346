/** The connection to the server, for what has to be asked for again once it is back. */
import { createContext, useContext, useEffect, useEffectEvent } from 'react';

/** As the list of channels tells it. */
export const ConnectionContext = createContext('loading');

/** Calls back whenever the connection has come. */
export function useBack(onBack: () => void): void {
  const connection = useContext(ConnectionContext);
  const call = useEffectEvent(onBack);
  useEffect(() => {
    if (connection === 'live') call();
  }, [connection]);
}
