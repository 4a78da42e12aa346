/** Fields that store what is chosen in them, without a button to save. */
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

export function TimeOfDay({ label, value, onChange }: Props<string>) {
  const [chosen, choose] = useChosen(value, onChange);
  return (
    <label>
      {label}
      <input
        type="time"
        value={chosen}
        // Empty while it is being typed.
        onChange={(event) => event.target.value && choose(event.target.value)}
      />
    </label>
  );
}
