/** Says when the connection is gone and, for a moment, that it is back. */
import { useEffect, useState } from 'react';

const BACK_MS = 3_000;

export function ConnectionBanner({ isOffline }: { isOffline: boolean }) {
  const [shown, setShown] = useState<'nothing' | 'offline' | 'back'>('nothing');

  useEffect(() => {
    if (isOffline) return setShown('offline');
    setShown((before) => (before === 'offline' ? 'back' : before));
    const timer = setTimeout(() => setShown('nothing'), BACK_MS);
    return () => clearTimeout(timer);
  }, [isOffline]);

  return (
    <div className="connection" role="status" data-state={shown}>
      {shown === 'offline' && 'No connection. What you write is sent once it is back.'}
      {shown === 'back' && 'Connected again'}
    </div>
  );
}
