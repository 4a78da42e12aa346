/** Whom an answer to an older text may still offer, until the answer to what is typed now is there. */
import type { User } from '@confab/sdk';

export function stillMeant(people: readonly User[], typed: string): readonly User[] {
  const text = typed.trim().toLowerCase();
  return people.filter(({ name, username }) =>
    [name, username].some((one) => one.toLowerCase().includes(text)),
  );
}
