/** What the user says about themselves for a while. */
import type { UserPresence } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { type FormEvent, useState } from 'react';
import { EmojiPicker } from '../emoji/emoji-picker.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { attempt } from '../ui/toasts.tsx';
import { expiryOf, LASTING } from './status-expiry.ts';

const IDEAS: readonly [string, string][] = [
  ['📅', 'In a meeting'],
  ['🍜', 'At lunch'],
  ['🎧', 'Concentrating'],
  ['🤒', 'Ill'],
  ['🌴', 'On holiday'],
];

export function StatusDialog({ presence, onClose }: { presence: UserPresence | null; onClose(): void }) {
  const chat = useChat();
  const [emoji, setEmoji] = useState(presence?.statusEmoji ?? '');
  const [text, setText] = useState(presence?.statusText ?? '');
  const [lasting, setLasting] = useState<string>(LASTING[0][0]);
  const [picker, setPicker] = useState<HTMLElement | null>(null);

  async function save(event: FormEvent) {
    event.preventDefault();
    const status = { text: text.trim() || null, emoji: emoji || null, expiresAt: expiryOf(lasting) };
    const isEmpty = status.text === null && status.emoji === null;
    const isSaved = await attempt(() =>
      isEmpty ? chat.presence.clearStatus() : chat.presence.setStatus(status),
    );
    if (isSaved) onClose();
  }

  return (
    <Dialog title="Your status" onClose={onClose}>
      <form onSubmit={save}>
        <div className="status-field">
          <button
            type="button"
            className="icon-button"
            aria-label="Pick an emoji"
            aria-haspopup="dialog"
            onClick={(event) => setPicker(event.currentTarget)}
          >
            {emoji || <Icon name="smile" />}
          </button>
          <input
            aria-label="Status"
            placeholder="What is going on?"
            maxLength={100}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <div className="ideas">
          {IDEAS.map(([sign, idea]) => (
            <button
              key={idea}
              type="button"
              className="chip"
              onClick={() => {
                setEmoji(sign);
                setText(idea);
              }}
            >
              <span className="emoji">{sign}</span>
              {idea}
            </button>
          ))}
        </div>
        <label>
          Clear it
          <select value={lasting} onChange={(event) => setLasting(event.target.value)}>
            {LASTING.map(([key, label]) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <div className="buttons">
          <button
            type="button"
            onClick={() => {
              setEmoji('');
              setText('');
            }}
          >
            Clear
          </button>
          <button type="submit" className="primary">
            Save
          </button>
        </div>
      </form>
      {picker && <EmojiPicker anchor={picker} onPick={setEmoji} onClose={() => setPicker(null)} />}
    </Dialog>
  );
}
