/** What document S1 promises of groups and of channels alike. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { database } from '../../helpers/database.ts';
import { expectError, TIME, UUID } from '../api.ts';
import { ask, create, join, type Member, type Noun, type Place, placeOf, toggle } from './people.ts';

export const WRONG_FIELDS: [string, unknown, string][] = [
  ['no name', { members: [] }, 'name'],
  ['an empty name', { name: ' ', members: [] }, 'name'],
  ['no members', { name: 'Lunch' }, 'members'],
  ['a member who is no text', { name: 'Lunch', members: [7] }, 'members.0'],
];

const pair = () => Promise.all([join('ada'), join('bob')]);

/** The tests of one noun; `kind` is ours of what it makes. */
export function promises(noun: Noun, other: Noun, kind: string) {
  const label = noun === 'groups' ? 'Group' : 'Channel';
  const make = (person: Member | undefined, members?: string[], name?: string) =>
    create(noun, person, members, name);
  const change = (person: Member | undefined, id: string, memberId: string, action?: string) =>
    toggle(noun, person, id, memberId, action);
  const read = (person: Member | undefined, id: string) => ask<Place>('GET', `/${noun}/${id}`, person);
  const list = (person: Member | undefined, query = '') => ask<Place[]>('GET', `/${noun}${query}`, person);
  return {
    async makeSuccess() {
      const [ada, bob] = await pair();
      const { status, body } = await make(ada, [bob.id]);
      expect(status).toBe(201);
      expect(body).toMatchObject({ id: UUID, name: 'Lunch', message: `${label} created successfully` });
      expect(body.members.sort()).toEqual([ada.id, bob.id].sort());
    },
    async makeSuccessToo() {
      const [ada, bob] = await pair();
      expect(await make(ada)).toMatchObject({ status: 201, body: { name: 'Lunch', members: [ada.id] } });
      expect(await make(ada, [bob.username])).toMatchObject({ status: 201, body: { memberCount: 2 } });
    },
    async makeError(json: unknown, field: string) {
      expectError(await ask('POST', `/${noun}`, await join(), json), 400, 'invalid_input', field);
    },
    async makeErrorToo() {
      const ada = await join();
      expectError(await make(ada, [randomUUID()]), 400, 'user_not_found', 'members');
      expect((await list(ada)).body).toEqual([]);
    },
    async makePermission() {
      const [ada, bob] = await pair();
      expectError(await make(undefined), 401, 'not_signed_in');
      await database`insert into chat.blocks (blocker_id, blocked_id) values (${bob.id}, ${ada.id})`;
      expectError(await make(ada, [bob.id]), 403, 'user_blocked');
    },
    async makeLimit() {
      const ada = await join();
      expectError(await make(ada, [], 'x'.repeat(81)), 400, 'invalid_input', 'name');
      const crowd = Array.from({ length: 1001 }, () => randomUUID());
      expectError(await make(ada, crowd), 400, 'too_many_members', 'members');
    },
    async makeEffect() {
      const ada = await join();
      const { body } = await make(ada);
      const [row] = await database`
      select c.kind, m.user_id, m.role from chat.channels c join chat.channel_members m on m.channel_id = c.id
       where c.id = ${body.id}`;
      expect(row).toEqual({ kind, user_id: ada.id, role: 'admin' });
    },
    async changeSuccess() {
      const [ada, bob] = await pair();
      const id = await placeOf(noun, ada);
      const added = await change(ada, id, bob.id);
      expect(added).toMatchObject({ status: 200, body: { message: 'Member added', action: 'added' } });
      expect(added.body.members.sort()).toEqual([ada.id, bob.id].sort());
      expect(await change(ada, id, bob.username)).toMatchObject({
        status: 200,
        body: { message: 'Member removed', action: 'removed', members: [ada.id] },
      });
    },
    async changeSuccessToo() {
      const [ada, bob] = await pair();
      const id = await placeOf(noun, ada, [bob]);
      expect(await change(ada, id, bob.id, 'add')).toMatchObject({ status: 200, body: { action: 'added' } });
      expect(await change(ada, id, bob.id, 'remove')).toMatchObject({ body: { action: 'removed' } });
      expectError(await change(ada, id, bob.id, 'remove'), 404, 'member_not_found');
    },
    async changeError() {
      const [ada, bob] = await pair();
      expectError(await change(ada, randomUUID(), bob.id), 404, 'channel_not_found');
      expectError(await change(ada, await placeOf(other, ada), bob.id), 404, 'channel_not_found');
      expectError(await change(ada, await placeOf(noun, ada), randomUUID()), 404, 'user_not_found');
    },
    async changeErrorToo() {
      const ada = await join();
      const path = `/${noun}/${await placeOf(noun, ada)}/members`;
      expectError(await ask('PUT', path, ada, { userId: ada.id }), 400, 'invalid_input', 'memberId');
    },
    async changePermission() {
      const [ada, bob, eve] = [await join(), await join('bob'), await join('eve')];
      const id = await placeOf(noun, ada, [bob]);
      expectError(await change(undefined, id, eve.id), 401, 'not_signed_in');
      expectError(await change(eve, id, eve.id), 404, 'channel_not_found');
      expectError(await change(bob, id, ada.id), 403, 'not_a_channel_admin');
    },
    async changeLimit() {
      const ada = await join();
      const id = await placeOf(noun, ada);
      expectError(await change(ada, id, ada.id, 'swap'), 400, 'invalid_input', 'action');
    },
    async changeEffect() {
      const [ada, bob] = await pair();
      const id = await placeOf(noun, ada, [bob]);
      expect((await read(bob, id)).status).toBe(200);
      await change(ada, id, bob.id);
      expectError(await read(bob, id), 404, 'channel_not_found');
    },
    async leaveEffect() {
      const [ada, bob, eve] = [await join(), await join('bob'), await join('eve')];
      const id = await placeOf(noun, ada, [bob]);
      expect(await change(ada, id, ada.id)).toMatchObject({ status: 200, body: { members: [bob.id] } });
      expect((await read(bob, id)).body).toMatchObject({ createdBy: ada.id, members: [bob.id] });
      // Whom it was handed on to runs it.
      expect(await change(bob, id, eve.id)).toMatchObject({ status: 200, body: { action: 'added' } });
      expect((await read(eve, id)).body).toMatchObject({ createdBy: ada.id });
    },
    async emptyEffect() {
      const ada = await join();
      const id = await placeOf(noun, ada);
      expect(await change(ada, id, ada.id, 'remove')).toMatchObject({ status: 200, body: { members: [] } });
      expectError(await read(ada, id), 404, 'channel_not_found');
    },
    async readSuccess() {
      const [ada, bob] = await pair();
      const id = await placeOf(noun, ada, [bob]);
      const { status, body } = await read(bob, id);
      expect(status).toBe(200);
      expect(body).toMatchObject({ id, name: 'Lunch', createdBy: ada.id, createdAt: TIME, memberCount: 2 });
      expect(body.members.sort()).toEqual([ada.id, bob.id].sort());
    },
    async readSuccessToo() {
      const [ada, bob] = await pair();
      const id = await placeOf(noun, ada, [bob]);
      await ask('DELETE', `/users/${ada.id}`, ada);
      expect((await read(bob, id)).body).toMatchObject({ createdBy: UUID, members: [bob.id] });
    },
    async readError() {
      const ada = await join();
      expectError(await read(ada, randomUUID()), 404, 'channel_not_found');
      expectError(await read(ada, await placeOf(other, ada)), 404, 'channel_not_found');
    },
    async readPermission() {
      const [ada, eve] = await pair();
      const id = await placeOf(noun, ada);
      expectError(await read(undefined, id), 401, 'not_signed_in');
      expectError(await read(eve, id), 404, 'channel_not_found');
    },
    async listSuccess() {
      const [ada, bob] = await pair();
      const [one, two] = [await placeOf(noun, ada, [bob]), await placeOf(noun, bob)];
      await placeOf(noun, ada);
      await placeOf(other, bob);
      const { status, body } = await list(bob);
      expect(status).toBe(200);
      expect(body).toMatchObject([
        { id: two, name: 'Lunch', members: [bob.id] },
        { id: one, name: 'Lunch', memberCount: 2 },
      ]);
    },
    async listError() {
      expectError(await list(await join(), '?before=1'), 400, 'invalid_input', 'before');
    },
    async listPermission() {
      expectError(await list(undefined), 401, 'not_signed_in');
    },
    async listLimit() {
      const ada = await join();
      const ids = [];
      for (let n = 0; n < 3; n += 1) ids.unshift(await placeOf(noun, ada));
      const page = (await list(ada, '?limit=2')).body.map(({ id }) => id);
      expect(page).toEqual(ids.slice(0, 2));
      const next = (await list(ada, `?limit=500&before=${page[1]}`)).body.map(({ id }) => id);
      expect(next).toEqual(ids.slice(2));
      expectError(await list(ada, '?limit=0'), 400, 'invalid_input', 'limit');
    },
  };
}
