/** Channels asked for or made now and then: pages of them, and new ones. */
import type { Channels } from './channels.ts';
import { insisting } from './internal/insisting.ts';
import type { Rest } from './internal/rest.ts';
import { exactTime, toChannelInfo } from './internal/rows.ts';
import { uuidV7 } from './internal/uuid.ts';

export function createChannelPages({ client, run }: Rest): Pick<Channels, 'list' | 'browse'> {
  return {
    async list({ after, limit = 50 } = {}) {
      let query = client.from('my_channels').select();
      if (after) {
        const time = exactTime(after.lastActivityAt);
        query = query.or(
          `last_activity_at.lt."${time}",and(last_activity_at.eq."${time}",id.lt.${after.id})`,
        );
      }
      const rows = await run(
        'list channels',
        query
          .order('last_activity_at', { ascending: false })
          .order('id', { ascending: false })
          .limit(Math.min(limit, 100)),
      );
      return rows.map(toChannelInfo);
    },
    async browse({ after, limit = 50 } = {}) {
      let query = client.from('channels').select('id, slug, name, description').eq('kind', 'public');
      if (after) query = query.gt('slug', after);
      const rows = await run('list public channels', query.order('slug').limit(Math.min(limit, 100)));
      return rows.map((row) => ({
        id: row.id,
        slug: row.slug as string,
        name: row.name ?? (row.slug as string),
        description: row.description,
      }));
    },
  };
}

/** Each makes a channel, or finds it, and returns its id. */
export interface ChannelMakers {
  create(channel: Parameters<Channels['create']>[0]): Promise<string>;
  createGroup(group: Parameters<Channels['createGroup']>[0]): Promise<string>;
  openDm(userId: string): Promise<string>;
}

export function createChannelMakers({ client, run }: Rest): ChannelMakers {
  return {
    async create({ slug, kind = 'public', memberIds = [], ...given }) {
      const what = { slug, kind, member_ids: [...memberIds], ...(given as object), id: uuidV7() };
      const rows = await insisting(async () => run('create channel', client.rpc('create_channel', what)));
      return (rows[0] as { id: string }).id;
    },
    async createGroup({ memberIds, ...given }) {
      const what = { member_ids: [...memberIds], ...(given as object), id: uuidV7() };
      const rows = await insisting(async () => run('create group', client.rpc('create_group', what)));
      return (rows[0] as { id: string }).id;
    },
    async openDm(userId) {
      const rows = await run('open direct messages', client.rpc('open_dm', { user_id: userId }));
      return (rows[0] as { id: string }).id;
    },
  };
}
