/** Offers the browser's own notifications, once somebody has not decided yet. */
import { useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { canAsk } from './pop-up.ts';

export function BrowserNotifications() {
  const [isOffered, setIsOffered] = useState(canAsk);
  if (!isOffered) return null;
  return (
    <div className="offer">
      <Icon name="bell" />
      <p>Hear of these while you are in another tab?</p>
      <button
        type="button"
        onClick={async () => setIsOffered((await Notification.requestPermission()) === 'default')}
      >
        Turn on
      </button>
    </div>
  );
}
