/** A setting that shows what was chosen at once, until that is what is stored, or it is refused. */
import { useEffect, useRef, useState } from 'react';

interface Choice<T> {
  value: T;
  /** Whether the server has taken it; news of it may still be on their way. */
  isTaken: boolean;
}

/** @param store whether it could be */
export function useChosen<T>(stored: T, store: (next: T) => Promise<boolean>): [T, (next: T) => void] {
  const [chosen, setChosen] = useState<Choice<T> | null>(null);
  /** One after the other, or an older choice could be stored last. */
  const storing = useRef(Promise.resolve());

  useEffect(() => {
    if (chosen?.isTaken && chosen.value === stored) setChosen(null);
  }, [chosen, stored]);

  function choose(value: T) {
    const choice = { value, isTaken: false };
    setChosen(choice);
    storing.current = storing.current.then(async () => {
      const isTaken = await store(value);
      // A newer choice is not touched by what became of this one.
      setChosen((now) => (now !== choice ? now : isTaken ? { value, isTaken } : null));
    });
  }

  return [chosen ? chosen.value : stored, choose];
}
