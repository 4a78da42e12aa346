/** What nobody may do in any document, to a place of Ada and Bob: each is refused, and changes nothing. */
import { expect } from 'vitest';
import { type Scene, type Step, step } from './story.ts';
import type { Acts } from './telling.ts';

/** Of who they are or of what they may see, and not of a field that is wrong. */
const REFUSED = / answered 40\d \{"error":\{"code":"(not_(an?|the)_\w+|not_yourself|\w+_not_found)"/;

const refused = <Act extends keyof Acts>(
  title: string,
  act: Act,
  attempt: (act: Acts[Act], scene: Scene) => Promise<unknown>,
): Step =>
  step(
    title,
    act,
    (told, scene) => expect(attempt(told, scene), title).rejects.toThrow(REFUSED),
    () => undefined,
  );

export const trespasses: Step[] = [
  refused('Bob changes what Ada said', 'edit', (act, { bob, place, ids }) =>
    act(bob, place, ids.Hello ?? '', 'Changed'),
  ),
  refused('Bob takes back what Ada said', 'unsay', (act, { bob, place, ids }) =>
    act(bob, place, ids.Hello ?? ''),
  ),
  refused('Bob takes Ada out', 'remove', (act, { bob, ada, place }) => act(bob, place, ada)),
  refused('Bob ends it', 'end', (act, { bob, place }) => act(bob, place)),
  refused('Bob shuts Ada out of the platform', 'suspend', (act, { bob, ada }) => act(bob, ada, 'Spam')),
  refused('Bob closes the account of Ada', 'close', (act, { bob, ada }) =>
    act({ ...ada, token: bob.token }, bob),
  ),
  refused('Bob takes a username for Ada', 'takeUsername', (act, { bob, ada }) =>
    act({ ...ada, token: bob.token }, `b${ada.id.slice(0, 18)}`),
  ),
  refused('Cleo changes what Ada said', 'edit', (act, { cleo, place, ids }) =>
    act(cleo, place, ids.Hello ?? '', 'Changed'),
  ),
  refused('Cleo takes back what Ada said', 'unsay', (act, { cleo, place, ids }) =>
    act(cleo, place, ids.Hello ?? ''),
  ),
  refused('Cleo takes Bob out', 'remove', (act, { cleo, bob, place }) => act(cleo, place, bob)),
  refused('Cleo ends it', 'end', (act, { cleo, place }) => act(cleo, place)),
];

/** Where not everybody may come in. */
export const intrusions: Step[] = [
  refused('Cleo adds herself', 'add', (act, { cleo, place }) => act(cleo, place, cleo)),
  refused('Cleo says something', 'say', (act, { cleo, place }) => act(cleo, place, 'Hello')),
  refused('Cleo sends a file', 'share', (act, { cleo, place }) => act(cleo, place, 'menu.txt')),
  refused('Cleo reads', 'read', (act, { cleo, place }) => act(cleo, place)),
  refused('Cleo leaves', 'leave', (act, { cleo, place }) => act(cleo, place)),
];
