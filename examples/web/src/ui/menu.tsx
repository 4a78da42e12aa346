/** A menu of things to do, by pointer and by arrow keys. */
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import { Icon, type IconName } from './icon.tsx';
import { type Anchor, Popover } from './popover.tsx';

interface MenuProps {
  anchor: Anchor;
  label: string;
  children: ReactNode;
  onClose(): void;
}

export function Menu({ anchor, label, children, onClose }: MenuProps) {
  const [box, setBox] = useState<HTMLElement | null>(null);
  useEffect(() => itemsOf(box)[0]?.focus(), [box]);

  return (
    <Popover
      anchor={anchor}
      label={label}
      role="menu"
      onClose={onClose}
      onClick={(event) => isItem(event.target) && onClose()}
      onKeyDown={(event) => move(event, box)}
    >
      <div ref={setBox} role="presentation">
        {children}
      </div>
    </Popover>
  );
}

interface ItemProps {
  icon: IconName;
  label: string;
  shortcut?: string;
  tone?: 'danger';
  isChecked?: boolean;
  onSelect(): void;
}

export function MenuItem({ icon, label, shortcut, tone, isChecked, onSelect }: ItemProps) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: only the radio is ever checked.
    <button
      type="button"
      role={isChecked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={isChecked}
      tabIndex={-1}
      data-tone={tone}
      onClick={onSelect}
    >
      <Icon name={icon} />
      {label}
      {shortcut && (
        <span className="shortcut" aria-hidden="true">
          {shortcut}
        </span>
      )}
      {isChecked && <Icon name="check" />}
    </button>
  );
}

interface ButtonProps {
  icon: IconName;
  label: string;
  className?: string;
  /** Shown beside the icon. */
  text?: ReactNode;
  children: ReactNode;
}

/** A button that opens a menu. */
export function MenuButton({ icon, label, className = 'icon-button', text, children }: ButtonProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={text === undefined ? label : undefined}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        title={text === undefined ? label : undefined}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        {text === undefined ? (
          <Icon name={icon} />
        ) : (
          <>
            {text}
            <span className="for-screen-readers">{label}</span>
          </>
        )}
      </button>
      {anchor && (
        <Menu anchor={anchor} label={label} onClose={() => setAnchor(null)}>
          {children}
        </Menu>
      )}
    </>
  );
}

const itemsOf = (box: HTMLElement | null): HTMLElement[] =>
  box ? [...box.querySelectorAll<HTMLElement>('[role^="menuitem"]')] : [];

const isItem = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('[role^="menuitem"]') !== null;

function move(event: KeyboardEvent, box: HTMLElement | null): void {
  event.stopPropagation();
  const items = itemsOf(box);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length)?.focus();
}
