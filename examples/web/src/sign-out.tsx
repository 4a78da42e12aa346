/** Ends the session on this device. */
import { useState } from 'react';
import { chat } from './chat.ts';
import { errorText } from './error-text.ts';
import { Icon } from './icon.tsx';
import { goTo, HOME } from './place.ts';

export function SignOut() {
  const [error, setError] = useState('');

  async function signOut() {
    try {
      await chat.auth.signOut();
      goTo(HOME);
    } catch (refusal) {
      setError(errorText(refusal));
    }
  }

  return (
    <>
      {error && (
        <span className="error" role="alert">
          {error}
        </span>
      )}
      <button type="button" className="icon-button" aria-label="Sign out" title="Sign out" onClick={signOut}>
        <Icon name="signOut" />
      </button>
    </>
  );
}
