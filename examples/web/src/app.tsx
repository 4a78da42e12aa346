/** Signed in or signed out. */
import { SignIn } from './sign-in.tsx';
import { useSession } from './use-session.ts';
import { Workspace } from './workspace.tsx';

export function App() {
  const userId = useSession();
  if (userId === undefined) return null;
  // Keyed, so that nothing of one person's is left when another signs in.
  return userId === null ? <SignIn /> : <Workspace key={userId} userId={userId} />;
}
