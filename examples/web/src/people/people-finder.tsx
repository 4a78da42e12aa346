/** Finds people by their name. */
import type { User } from '@confab/sdk';
import { useState } from 'react';
import { OptionList } from '../ui/option-list.tsx';
import { useOptions } from '../ui/use-options.ts';
import { PersonLine } from './person-line.tsx';
import { usePeople } from './use-people.ts';

export function PeopleFinder({ onPick }: { onPick(user: User): void }) {
  const [typed, setTyped] = useState('');
  const { people, isSettled, error } = usePeople(typed);
  const options = useOptions(
    people.map(({ id }) => id),
    (index) => {
      const user = people[index];
      if (user) onPick(user);
    },
  );

  return (
    <div className="finder">
      <input
        {...options.field}
        inputMode="search"
        aria-label="Find a person"
        placeholder="Name or username"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={options.onKey}
      />
      <OptionList
        label="People"
        options={options}
        list={people.map((user) => ({ key: user.id, content: <PersonLine user={user} /> }))}
      />
      {people.length === 0 && isSettled && typed.trim() !== '' && !error && (
        <p className="hint">Nobody has this name.</p>
      )}
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
