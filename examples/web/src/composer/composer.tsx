/** Where messages are written, in a channel or in a thread. */
import type { Channel, DraftPlace } from '@confab/sdk';
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { AttachButton } from '../files/attach-button.tsx';
import { Attachments } from '../files/attachments.tsx';
import { useAttachments } from '../files/use-attachments.ts';
import { Icon } from '../ui/icon.tsx';
import { ComposerTools } from './composer-tools.tsx';
import { FORMAT_KEYS, wrapSelection } from './format.ts';
import { Suggestions } from './suggestions.tsx';
import { useCompletion } from './use-completion.ts';
import { useGrowing } from './use-growing.ts';
import { useText } from './use-text.ts';

export interface ComposerTarget {
  /** Where its draft belongs. */
  place: DraftPlace;
  label: string;
  channel: Channel;
  send(text: string, files: readonly File[]): Promise<unknown>;
  /** Begins to change one's newest message; false when there is none. */
  editNewest(): boolean;
}

interface Props {
  target: ComposerTarget;
  canUpload: boolean;
  /** Beside the buttons under the field. */
  children?: ReactNode;
}

export function Composer({ target, canUpload, children }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const attached = useAttachments(canUpload);
  const { text, error, write, send } = useText(target, attached);
  const completion = useCompletion(field, target.channel, text, write);
  const isReady = text.trim() !== '' || attached.files.length > 0;
  useGrowing(field, text);

  useEffect(() => {
    // On a touch screen the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
    return () => target.channel.typing.stop();
  }, [target]);

  function submit(event: FormEvent) {
    event.preventDefault();
    void send();
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    // While an input method composes, Enter picks a candidate.
    if (event.nativeEvent.isComposing || completion.onKey(event)) return;
    const mark = (event.ctrlKey || event.metaKey) && FORMAT_KEYS[event.key];
    if (mark) {
      event.preventDefault();
      wrapSelection(event.currentTarget, mark);
    } else if (event.key === 'ArrowUp' && text === '') {
      if (target.editNewest()) event.preventDefault();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  }

  const { label } = target;
  return (
    <form className="composer" onSubmit={submit} {...attached.drop}>
      {attached.isOver && <div className="drop-here">Drop to attach</div>}
      <Suggestions completion={completion} />
      <div className="field">
        <Attachments files={attached.files} onRemove={attached.remove} />
        <textarea
          {...completion.field}
          ref={field}
          rows={1}
          dir="auto"
          aria-label={label}
          placeholder={label}
          enterKeyHint="send"
          value={text}
          onChange={(event) => {
            write(event.target.value);
            completion.onSelect();
          }}
          onSelect={completion.onSelect}
          onBlur={completion.close}
          onPaste={attached.onPaste}
          onKeyDown={onKeyDown}
        />
        <ComposerTools field={field}>
          {canUpload && <AttachButton onFiles={attached.add} />}
          {children}
          <span className="space" />
          {text !== '' && <span className="tip">Shift + Enter for a new line</span>}
          <button type="submit" className="send" aria-label="Send" title="Send" data-ready={isReady}>
            <Icon name="send" />
          </button>
        </ComposerTools>
      </div>
      <p className="error" role="alert">
        {error || attached.problem}
      </p>
    </form>
  );
}
