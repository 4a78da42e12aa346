/** The door: signing in, or making an account. */
import { type FormEvent, useState } from 'react';
import { chat } from '../chat.ts';
import { errorText } from '../ui/error-text.ts';

export function SignIn() {
  const [isNew, setIsNew] = useState(false);
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (field: string) => String(form.get(field) ?? '');
    const credentials = { email: text('email').trim(), password: text('password') };
    setIsBusy(true);
    setError('');
    try {
      if (isNew) await chat.auth.signUp({ ...credentials, name: text('name').trim() });
      else await chat.auth.signIn(credentials);
    } catch (refusal) {
      setError(errorText(refusal));
      setIsBusy(false);
    }
  }

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <img src="/icon.svg" alt="" width="48" height="48" />
        <h1>{isNew ? 'Create your account' : 'Welcome to Confab'}</h1>
        <p className="hint">
          {isNew ? 'A name, an address, and you are in.' : 'Sign in to talk with your people.'}
        </p>
        {isNew && (
          <label>
            Name
            <input name="name" autoComplete="name" required maxLength={80} placeholder="Ada Lovelace" />
          </label>
        )}
        <label>
          E-mail
          <input name="email" type="email" autoComplete="email" required placeholder="you@example.com" />
        </label>
        <label>
          Password
          <input
            name="password"
            type="password"
            autoComplete={isNew ? 'new-password' : 'current-password'}
            required
          />
        </label>
        <p className="error" role="alert">
          {error}
        </p>
        <button className="primary" type="submit" disabled={isBusy}>
          {isNew ? 'Create account' : 'Sign in'}
        </button>
        <p className="other">
          {isNew ? 'Have an account?' : 'New here?'}{' '}
          <button
            className="link"
            type="button"
            onClick={() => {
              setIsNew(!isNew);
              setError('');
            }}
          >
            {isNew ? 'Sign in' : 'Create an account'}
          </button>
        </p>
      </form>
    </main>
  );
}
