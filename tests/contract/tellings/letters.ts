/** Direct messages of Ada and Bob, in which Ada has written. */
import { change, closeAda, messageOf, say } from './changes.ts';
import { bobReads } from './lunch.ts';
import { type Step, step } from './story.ts';

export const letters: Step[] = [
  bobReads,
  step(
    'Bob answers',
    'say',
    async (act, { bob, place, ids }) => {
      ids.Yes = await act(bob, place, 'Yes');
    },
    (rows) => say(rows, 'Bob', 'Yes'),
  ),
  step(
    'Bob says it better',
    'edit',
    (act, { bob, place, ids }) => act(bob, place, ids.Yes ?? '', 'Gladly'),
    (rows) => change(rows, 'Yes', 'Gladly'),
  ),
  step(
    'Ada takes her letter back',
    'unsay',
    (act, { ada, place, ids }) => act(ada, place, ids.Lunch ?? ''),
    (rows) => {
      messageOf(rows, 'Lunch?').deletedBy = 'Ada';
      change(rows, 'Lunch?', '');
    },
  ),
  step('Ada deletes her account', 'close', (act, { ada, root }) => act(ada, root), closeAda),
];
