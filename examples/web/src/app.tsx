/** Signed in or signed out. */
import { ChatProvider, useSession } from '@confab/sdk/react';
import { SignIn } from './account/sign-in.tsx';
import { chat } from './chat.ts';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { Workspace } from './workspace.tsx';

export function App() {
  return (
    <ChatProvider chat={chat}>
      <ErrorBoundary>
        <Door />
      </ErrorBoundary>
    </ChatProvider>
  );
}

function Door() {
  const userId = useSession();
  if (userId === undefined) return null;
  // Keyed, so that nothing of one person's is left when another signs in.
  return userId === null ? <SignIn /> : <Workspace key={userId} userId={userId} />;
}
