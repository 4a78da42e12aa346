/** Who is in a channel: added or joining, removed or leaving, made admin or not (ConnectBest 3.6 to 3.8). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedInPassing } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { absent, Uuid } from '../../_shared/schemas.ts';
import { run } from '../../_shared/supabase.ts';
import type { Deps } from '../deps.ts';
import { PersonName, Role, toRole } from '../dialects/connectbest/channels.ts';
import { Done, done, Id } from '../dialects/connectbest/values.ts';
import { wrongField } from '../translator.ts';
import { ChannelId } from './channels.ts';

const Member = ChannelId.extend({ userId: Uuid });

const Added = z.object({
  success: z.literal(true),
  members: z.array(z.object({ userId: Id, name: PersonName, role: Role })),
});

const NO_CHANNEL = 'There is no such channel that you may know of';
const NO_MEMBER = [
  'There is no such channel that you may know of, or the user is not in it',
  'channel_not_found',
  'member_not_found',
] as const;

const add = createRoute({
  ...signedInPassing,
  method: 'post',
  path: '/{channelId}/members',
  operationId: 'addMembers',
  summary: 'Add people to a channel, or join a public one by adding yourself',
  tags: ['Channels'],
  request: {
    params: ChannelId,
    ...jsonBody(
      z.object({
        userIds: z.array(Uuid).min(1).openapi({ description: 'At most 1,000' }),
        role: absent(Role.default('member')).openapi({
          description: 'Only the creator of the channel adds admins',
        }),
      }),
    ),
  },
  responses: {
    200: jsonAnswer('They are in it, with the roles that they have', Added),
    ...errorAnswers({
      400: ['A field is wrong', 'user_not_found', 'too_many_members'],
      403: [
        'You may not add them, or they may not come',
        'not_a_channel_admin',
        'not_the_creator',
        'not_a_member',
        'channel_archived',
        'user_banned',
        'user_blocked',
        'dm_is_permanent',
      ],
      404: [NO_CHANNEL, 'channel_not_found'],
    }),
  },
});

const remove = createRoute({
  ...signedInPassing,
  method: 'delete',
  path: '/{channelId}/members/{userId}',
  operationId: 'removeMember',
  summary: 'Take somebody out of a channel, or leave it by naming yourself',
  tags: ['Channels'],
  request: { params: Member },
  responses: {
    200: jsonAnswer('They are in it no longer', Done),
    ...errorAnswers({
      403: [
        'You are no admin of the channel, or they made it',
        'not_a_channel_admin',
        'not_a_member',
        'creator_cannot_leave',
        'dm_is_permanent',
      ],
      404: NO_MEMBER,
    }),
  },
});

const setRole = createRoute({
  ...signedInPassing,
  method: 'put',
  path: '/{channelId}/members/{userId}',
  operationId: 'setMemberRole',
  summary: 'Make a member admin, or an admin member',
  tags: ['Channels'],
  request: { params: Member, ...jsonBody(z.object({ role: Role })) },
  responses: {
    200: jsonAnswer('They have the role', Done),
    ...errorAnswers({
      403: [
        'You did not make the channel, or they did',
        'not_the_creator',
        'not_a_channel_admin',
        'not_a_member',
        'creator_cannot_leave',
        'dm_is_permanent',
      ],
      404: NO_MEMBER,
      409: ['The channel has no creator any more, and would have no admin', 'last_admin'],
    }),
  },
});

export function channelMemberRoutes({ supabase }: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(add, async (c) => {
      const { userIds, role } = c.req.valid('json');
      const rows = await run(
        'add members',
        supabase
          .asCaller(c.var.caller.token)
          .rpc('add_members', { channel_id: c.req.valid('param').channelId, user_ids: userIds, role })
          .select('user_id, role, profile:profiles!inner(name)'),
      ).catch(wrongField('userIds', 'user_not_found', 'too_many_members'));
      const members = rows.map((row) => ({
        userId: row.user_id,
        name: row.profile.name,
        role: toRole(row.role),
      }));
      return c.json({ success: true, members } as const, 200);
    })
    .openapi(remove, async (c) => {
      const { channelId, userId } = c.req.valid('param');
      const client = supabase.asCaller(c.var.caller.token);
      await run('remove a member', client.rpc('remove_member', { channel_id: channelId, user_id: userId }));
      return c.json(done, 200);
    })
    .openapi(setRole, async (c) => {
      const { channelId, userId } = c.req.valid('param');
      const { role } = c.req.valid('json');
      const client = supabase.asCaller(c.var.caller.token);
      await run('set role', client.rpc('set_member_role', { channel_id: channelId, user_id: userId, role }));
      return c.json(done, 200);
    });
}
