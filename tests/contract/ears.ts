/** People who hear on Realtime what others do through the HTTP API. */
import { type Listener, listen } from '../helpers/listen.ts';
import type { Person } from '../helpers/people.ts';

const listeners = new Set<Person>();

/** What this person hears, on their own topic unless another is named. */
export function ear(person: Person, topic = `user:${person.id}`): Promise<Listener> {
  listeners.add(person);
  return listen(person, topic);
}

/** Ends everybody's connection; for `afterEach`. */
export async function closeEars(): Promise<void> {
  await Promise.all([...listeners].map(({ supabase }) => supabase.realtime.disconnect()));
  listeners.clear();
}
