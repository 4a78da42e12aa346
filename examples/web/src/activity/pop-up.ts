/** The browser's own notifications, where a page may make them: on Android only a service worker may. */

/** Shows one where that is possible and allowed. */
export function popUp(title: string, options?: NotificationOptions): Notification | null {
  try {
    return new Notification(title, options);
  } catch {
    return null;
  }
}

/** Whether the user can still be asked to allow them; one made before that is never shown. */
export const canAsk = (): boolean =>
  'Notification' in window && Notification.permission === 'default' && popUp('') !== null;
