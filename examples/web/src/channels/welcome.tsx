/** Beside the list of channels while none is open. */
import type { Account } from '@confab/sdk';
import { PublicChannels } from './public-channels.tsx';

export function Welcome({ account }: { account: Account | null }) {
  return (
    <main className="sheet welcome">
      <h1>{account ? `Hello, ${account.name}` : 'Hello'}</h1>
      <p className="hint">Pick a conversation at the side, or one of these channels.</p>
      <PublicChannels />
    </main>
  );
}
