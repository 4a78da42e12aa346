/** Fields that store what is chosen in them, without a button to save. */
import { useEffect, useRef, useState } from 'react';
import { useChosen } from './use-chosen.ts';

interface Props<T> {
  label: string;
  value: T;
  /** Stores it and says whether that was possible. */
  onChange(next: T): Promise<boolean>;
}

export function Toggle({ label, value, onChange }: Props<boolean>) {
  const [isOn, choose] = useChosen(value, onChange);
  return (
    <label className="choice">
      <input type="checkbox" checked={isOn} onChange={(event) => choose(event.target.checked)} />
      {label}
    </label>
  );
}

interface SelectProps<T> extends Props<T> {
  options: readonly (readonly [T, string])[];
}

export function Select<T extends string>({ label, value, options, onChange }: SelectProps<T>) {
  const [chosen, choose] = useChosen(value, onChange);
  return (
    <label>
      {label}
      <select value={chosen} onChange={(event) => choose(event.target.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Is stored when somebody has left it: on the way to the time they mean it says others. */
export function TimeOfDay({ label, value, onChange }: Props<string>) {
  const [chosen, choose] = useChosen(value, onChange);
  /** Empty while a part of the time is missing; null once it is stored. */
  const [typed, setTyped] = useState<string | null>(null);

  function leave() {
    if (typed && typed !== chosen) choose(typed);
    setTyped(null);
  }
  const latest = useRef(leave);
  latest.current = leave;
  useEffect(() => () => latest.current(), []);

  return (
    <label>
      {label}
      <input
        type="time"
        value={typed ?? chosen}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={leave}
      />
    </label>
  );
}
