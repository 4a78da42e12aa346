/** Channels: listed, found, made, read about, changed, deleted (ConnectBest 3.1 to 3.5). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedInPassing } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { absent, Offset, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import { given, run } from '../../_shared/supabase.ts';
import { type ChannelRow, listChannels } from '../core/channels.ts';
import type { Deps } from '../deps.ts';
import {
  CHANNEL_COLUMNS,
  Channel,
  ChannelDetails,
  ChannelType,
  type DetailsRow,
  KINDS,
  ListedChannel,
  toChannel,
  toChannelDetails,
  toListedChannel,
} from '../dialects/connectbest/channels.ts';
import { Done, done } from '../dialects/connectbest/values.ts';
import { wrongField } from '../translator.ts';

export const ChannelId = z.object({ channelId: Uuid });

const Name = text().openapi({
  description:
    '1 to 80 of a-z, 0-9 and single dashes between them; capitals become small. No other channel has it',
  example: 'general',
});

const Description = text().openapi({ description: 'At most 500 characters' });

const NewChannel = z.object({
  name: Name,
  description: Description.nullable().optional(),
  type: absent(ChannelType.default('public')),
  members: absent(z.array(Uuid).default([])).openapi({
    description: 'Who is in a private channel besides its creator; public ones are joined',
  }),
});

const ChannelChange = z.object({
  name: absent(Name.optional()),
  description: Description.nullable().optional(),
  type: absent(ChannelType.optional()),
});

const HIDDEN = ['There is no such channel that you may know of', 'channel_not_found'] as const;

const list = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/',
  operationId: 'listChannels',
  summary: 'The channels that you are in, the last active first',
  tags: ['Channels'],
  request: {
    query: z.object({
      type: z.enum(['public', 'private', 'all']).default('all'),
      limit: pageLimit(50),
      offset: Offset,
    }),
  },
  responses: {
    200: jsonAnswer('A page', z.object({ channels: z.array(ListedChannel), total: z.int() })),
    ...errorAnswers({ 400: 'A parameter is wrong' }),
  },
});

const discover = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/public',
  operationId: 'listPublicChannels',
  summary: 'Public channels that you can join, by name',
  description: 'Additive. To join one, add yourself to its members.',
  tags: ['Channels'],
  request: {
    query: z.object({
      limit: pageLimit(50),
      after: text().optional().openapi({ description: 'Name of the last channel of the page before' }),
    }),
  },
  responses: {
    200: jsonAnswer('A page', z.object({ channels: z.array(Channel), hasMore: z.boolean() })),
    ...errorAnswers({ 400: 'A parameter is wrong' }),
  },
});

const create = createRoute({
  ...signedInPassing,
  method: 'post',
  path: '/',
  operationId: 'createChannel',
  summary: 'Make a channel, of which you are the first admin',
  tags: ['Channels'],
  request: jsonBody(NewChannel),
  responses: {
    201: jsonAnswer('The channel', z.object({ channel: Channel })),
    ...errorAnswers({
      400: ['A field is wrong', 'invalid_slug', 'invalid_description', 'user_not_found', 'too_many_members'],
      403: ['You and one of the members have blocked each other', 'user_blocked'],
      409: ['Another channel has this name', 'slug_taken'],
    }),
  },
});

const details = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/{channelId}',
  operationId: 'readChannel',
  summary: 'A channel and who is in it',
  tags: ['Channels'],
  request: { params: ChannelId },
  responses: {
    200: jsonAnswer('The channel', z.object({ channel: ChannelDetails })),
    ...errorAnswers({
      403: ['The channel is private, and you are not in it', 'channel_is_private'],
      404: HIDDEN,
    }),
  },
});

const update = createRoute({
  ...signedInPassing,
  method: 'put',
  path: '/{channelId}',
  operationId: 'updateChannel',
  summary: 'Change a channel: what is left out stays as it is',
  tags: ['Channels'],
  request: { params: ChannelId, ...jsonBody(ChannelChange) },
  responses: {
    200: jsonAnswer('The channel as it is now', z.object({ channel: ChannelDetails })),
    ...errorAnswers({
      400: ['A field is wrong', 'invalid_slug', 'invalid_description', 'invalid_channel_kind'],
      403: [
        'You are no admin of the channel, or it cannot be changed',
        'not_a_channel_admin',
        'not_a_member',
        'channel_archived',
        'dm_is_permanent',
      ],
      404: HIDDEN,
      409: ['Another channel has this name', 'slug_taken'],
    }),
  },
});

const remove = createRoute({
  ...signedInPassing,
  method: 'delete',
  path: '/{channelId}',
  operationId: 'deleteChannel',
  summary: 'Delete a channel: nobody finds it any more, and its name is free',
  description: 'For its creator and admins of the platform. What was said is kept for the audit.',
  tags: ['Channels'],
  request: { params: ChannelId },
  responses: {
    200: jsonAnswer('It is deleted', Done),
    ...errorAnswers({
      403: [
        'Neither did you make the channel, nor are you an admin of the platform',
        'not_the_creator',
        'not_a_channel_admin',
        'not_a_member',
        'dm_is_permanent',
      ],
      404: HIDDEN,
    }),
  },
});

export function channelRoutes({ supabase }: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(list, async (c) => {
      const { type, limit, offset } = c.req.valid('query');
      const client = supabase.asCaller(c.var.caller.token);
      const { channels, total } = await listChannels(client, { kinds: KINDS[type], limit, offset });
      return c.json({ channels: channels.map(toListedChannel), total }, 200);
    })
    .openapi(discover, async (c) => {
      const { limit, after } = c.req.valid('query');
      const rows = await run(
        'list public channels',
        supabase
          .asCaller(c.var.caller.token)
          .rpc('list_public_channels', given({ after, page_size: limit + 1 }))
          .select(CHANNEL_COLUMNS),
      );
      return c.json({ channels: rows.slice(0, limit).map(toChannel), hasMore: rows.length > limit }, 200);
    })
    .openapi(create, async (c) => {
      const { name, description, type, members } = c.req.valid('json');
      const channel = await run(
        'create channel',
        supabase
          .asCaller(c.var.caller.token)
          .rpc('create_channel', {
            slug: name,
            kind: type,
            description: description ?? '',
            member_ids: type === 'private' ? members : [],
          })
          .select(CHANNEL_COLUMNS)
          .single()
          .overrideTypes<ChannelRow, { merge: false }>(),
      ).catch(wrongField('members', 'user_not_found', 'too_many_members'));
      return c.json({ channel: toChannel(channel) }, 201);
    })
    .openapi(details, async (c) => {
      const channel = await run(
        'read channel',
        supabase
          .asCaller(c.var.caller.token)
          .rpc('get_channel', { channel_id: c.req.valid('param').channelId })
          .single()
          .overrideTypes<DetailsRow, { merge: false }>(),
      );
      return c.json({ channel: toChannelDetails(channel) }, 200);
    })
    .openapi(update, async (c) => {
      const { channelId } = c.req.valid('param');
      const { name, description, type } = c.req.valid('json');
      const channel = await run(
        'update channel',
        supabase
          .asCaller(c.var.caller.token)
          .rpc('change_channel', {
            channel_id: channelId,
            ...given({ slug: name, description: description === null ? '' : description, kind: type }),
          })
          .single()
          .overrideTypes<DetailsRow, { merge: false }>(),
      );
      return c.json({ channel: toChannelDetails(channel) }, 200);
    })
    .openapi(remove, async (c) => {
      const { channelId } = c.req.valid('param');
      const client = supabase.asCaller(c.var.caller.token);
      await run('delete channel', client.rpc('delete_channel', { channel_id: channelId }));
      return c.json(done, 200);
    });
}
