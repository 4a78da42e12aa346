/** Whether somebody uses this client: heard from the browser, or said by the app where there is none. */

export interface Activity {
  /** Whether it has been used since the last beat that said so. */
  readonly isActive: boolean;
  /** A beat has said so. */
  told(): void;
  /** From now on the app says it. */
  set(isActive: boolean): void;
  stop(): void;
}

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'] as const;
/** A little less than the time after which the server counts somebody as away. */
const BACK_AFTER_MS = 270_000;

/** @param onBack called when somebody returns after so long that they may count as away */
export function createActivity(onBack: () => void): Activity {
  const isBrowser = 'document' in globalThis;
  let said: boolean | undefined = isBrowser ? undefined : true;
  let isUsed = true;
  let toldAt = Date.now();

  function note(): void {
    isUsed = true;
    if (Date.now() - toldAt < BACK_AFTER_MS) return;
    toldAt = Date.now();
    onBack();
  }

  const options = { capture: true, passive: true };
  if (isBrowser) for (const sign of SIGNS) globalThis.addEventListener(sign, note, options);

  return {
    get isActive() {
      return said ?? isUsed;
    },
    told() {
      isUsed = false;
      toldAt = Date.now();
    },
    set(isActive) {
      said = isActive;
      if (isActive) onBack();
    },
    stop() {
      if (isBrowser) for (const sign of SIGNS) globalThis.removeEventListener(sign, note, options);
    },
  };
}
