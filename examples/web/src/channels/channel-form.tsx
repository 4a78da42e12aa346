/** A channel's name and topic, to change. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { type FormEvent, useState } from 'react';
import { attempt } from '../ui/toasts.tsx';

export function ChannelForm({ channel, info }: { channel: Channel; info: ChannelInfo }) {
  const [name, setName] = useState(info.name);
  const [description, setDescription] = useState(info.description);
  const isChanged = name.trim() !== info.name || description.trim() !== info.description;

  function save(event: FormEvent) {
    event.preventDefault();
    const changes = {
      ...(name.trim() === info.name ? {} : { name: name.trim() }),
      ...(description.trim() === info.description ? {} : { description: description.trim() }),
    };
    void attempt(() => channel.update(changes), 'Saved');
  }

  return (
    <form onSubmit={save}>
      <label>
        Name
        <input maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        Topic
        <textarea
          className="area"
          rows={2}
          maxLength={500}
          placeholder="What is it about?"
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </label>
      {isChanged && (
        <div className="buttons">
          <button type="submit" className="primary">
            Save
          </button>
        </div>
      )}
    </form>
  );
}
