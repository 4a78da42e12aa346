/** Offers the browser's own notifications, once somebody has not decided yet. */
import { useState } from 'react';
import { Icon } from '../ui/icon.tsx';

const permission = (): NotificationPermission =>
  'Notification' in window ? Notification.permission : 'denied';

export function BrowserNotifications() {
  const [state, setState] = useState(permission);
  if (state !== 'default') return null;
  return (
    <div className="offer">
      <Icon name="bell" />
      <p>Hear of these while you are in another tab?</p>
      <button type="button" onClick={async () => setState(await Notification.requestPermission())}>
        Turn on
      </button>
    </div>
  );
}
