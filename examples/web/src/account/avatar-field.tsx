/** The user's picture, to change or to take away. */
import type { Account } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useRef, useState } from 'react';
import { Avatar } from '../ui/avatar.tsx';
import { attempt } from '../ui/toasts.tsx';

export function AvatarField({ account, onSaved }: { account: Account; onSaved(): void }) {
  const { users } = useChat();
  const input = useRef<HTMLInputElement>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function change(action: () => Promise<unknown>) {
    setIsBusy(true);
    if (await attempt(action)) onSaved();
    setIsBusy(false);
  }

  return (
    <div className="avatar-field">
      <Avatar user={account} />
      <button type="button" disabled={isBusy} onClick={() => input.current?.click()}>
        {account.avatarUrl ? 'Another picture' : 'Add a picture'}
      </button>
      {account.avatarUrl && (
        <button
          type="button"
          className="quiet"
          disabled={isBusy}
          onClick={() => change(() => users.update({ avatarUrl: null }))}
        >
          Remove
        </button>
      )}
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Picture"
        accept="image/png,image/jpeg,image/gif,image/webp,image/avif"
        onChange={(event) => {
          const [picture] = event.target.files ?? [];
          if (picture) void change(() => users.setAvatar(picture));
        }}
      />
    </div>
  );
}
