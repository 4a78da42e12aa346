/** How others see the user: name, username, what they do. */
import type { Account } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { errorText } from '../ui/error-text.ts';
import { AvatarField } from './avatar-field.tsx';

interface Props {
  account: Account;
  onClose(): void;
  onSaved(): void;
}

export function ProfileDialog({ account, onClose, onSaved }: Props) {
  const { users } = useChat();
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (field: string) => String(form.get(field) ?? '').trim();
    setIsBusy(true);
    setError('');
    try {
      await users.update({ name: text('name'), username: text('username'), title: text('title') || null });
      onSaved();
      onClose();
    } catch (refusal) {
      setError(errorText(refusal));
      setIsBusy(false);
    }
  }

  return (
    <Dialog title="Profile" onClose={onClose}>
      <AvatarField account={account} onSaved={onSaved} />
      <form onSubmit={save}>
        <label>
          Name
          <input name="name" required maxLength={80} autoComplete="name" defaultValue={account.name} />
        </label>
        <label>
          Username
          <input
            name="username"
            required
            maxLength={32}
            autoComplete="username"
            autoCapitalize="none"
            defaultValue={account.username}
          />
        </label>
        <label>
          What you do
          <input
            name="title"
            maxLength={80}
            placeholder="Engineer, Lisbon"
            defaultValue={account.title ?? ''}
          />
        </label>
        <p className="error" role="alert">
          {error}
        </p>
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={isBusy}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}
