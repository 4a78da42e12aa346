/** A setting that shows what was chosen at once; what is stored wins as soon as it is told, or when it is refused. */
import { useEffect, useState } from 'react';

/** @param store whether it could be */
export function useChosen<T>(stored: T, store: (next: T) => Promise<boolean>): [T, (next: T) => void] {
  const [chosen, setChosen] = useState<{ value: T } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: news of what is stored end the choice.
  useEffect(() => setChosen(null), [stored]);
  const choose = async (value: T) => {
    setChosen({ value });
    if (!(await store(value))) setChosen(null);
  };
  return [chosen ? chosen.value : stored, (value) => void choose(value)];
}
