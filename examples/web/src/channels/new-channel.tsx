/** Makes a channel. */
import { type FormEvent, useState } from 'react';
import { chat } from '../chat.ts';
import { addressOf, goTo } from '../place.ts';
import { Dialog } from '../ui/dialog.tsx';
import { errorText } from '../ui/error-text.ts';

export function NewChannel({ onClose }: { onClose(): void }) {
  const [name, setName] = useState('');
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const slug = slugOf(name);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setIsBusy(true);
    setError('');
    try {
      const { info } = await chat.channels.create({
        slug,
        kind: form.has('private') ? 'private' : 'public',
        description: String(form.get('description') ?? '').trim(),
        ...(name.trim() === slug ? {} : { name: name.trim() }),
      });
      if (info) goTo(addressOf(info));
      onClose();
    } catch (refusal) {
      setError(errorText(refusal));
      setIsBusy(false);
    }
  }

  return (
    <Dialog title="New channel" onClose={onClose}>
      <form onSubmit={submit}>
        <label>
          Name
          <input
            required
            maxLength={80}
            placeholder="Product ideas"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label>
          What is it about?
          <input name="description" maxLength={500} placeholder="Optional" />
        </label>
        <label className="choice">
          <input type="checkbox" name="private" />
          Private: only people who are added can find and read it
        </label>
        <p className="error" role="alert">
          {error}
        </p>
        <button className="primary" type="submit" disabled={isBusy || name.trim() === ''}>
          Create channel
        </button>
      </form>
    </Dialog>
  );
}

/** A name as it stands in addresses; one in a script without Latin letters gets a random one. */
function slugOf(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replaceAll(/\p{M}/gu, '');
  const slug = plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replaceAll(/^-+|-+$/g, '');
  return slug || `channel-${crypto.randomUUID().slice(0, 8)}`;
}
