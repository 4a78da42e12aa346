/** The buttons under the field. */
import { type ReactNode, type RefObject, useState } from 'react';
import { EmojiPicker } from '../emoji/emoji-picker.tsx';
import { MOD } from '../ui/hotkeys.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { insertText, wrapSelection } from './format.ts';

const MARKS: readonly { icon: IconName; label: string; mark: string; key: string }[] = [
  { icon: 'bold', label: 'Bold', mark: '**', key: 'B' },
  { icon: 'italic', label: 'Italic', mark: '_', key: 'I' },
  { icon: 'code', label: 'Code', mark: '`', key: 'E' },
];

interface Props {
  field: RefObject<HTMLTextAreaElement | null>;
  children: ReactNode;
}

export function ComposerTools({ field, children }: Props) {
  const [picker, setPicker] = useState<HTMLElement | null>(null);
  return (
    <div className="tools">
      {MARKS.map(({ icon, label, mark, key }) => (
        <button
          key={icon}
          type="button"
          className="icon-button"
          aria-label={label}
          title={`${label} (${MOD} ${key})`}
          onClick={() => field.current && wrapSelection(field.current, mark)}
        >
          <Icon name={icon} />
        </button>
      ))}
      <button
        type="button"
        className="icon-button"
        aria-label="Mention somebody"
        title="Mention somebody"
        onClick={() => field.current && insertText(field.current, '@')}
      >
        <Icon name="at" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Emoji"
        title="Emoji"
        aria-haspopup="dialog"
        aria-expanded={picker !== null}
        onClick={(event) => setPicker(event.currentTarget)}
      >
        <Icon name="smile" />
      </button>
      {children}
      {picker && (
        <EmojiPicker
          anchor={picker}
          onPick={(emoji) => field.current && insertText(field.current, emoji)}
          onClose={() => setPicker(null)}
        />
      )}
    </div>
  );
}
