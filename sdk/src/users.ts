/** People: how they are shown, and the signed-in user's own account. */

import type { Avatars } from './avatars.ts';
import type { UserCustom } from './custom.ts';
import { ChatError } from './errors.ts';
import type { FileSource } from './files.ts';
import type { Subscription } from './internal/emitter.ts';
import { ACCOUNT_COLUMNS, toAccount, toProfile } from './internal/people-rows.ts';
import type { Rest } from './internal/rest.ts';
import type { FullProfileRow } from './internal/rows.ts';
import type { TopicFeed } from './internal/topic-feed.ts';
import { UUID } from './internal/uuid.ts';
import { createWatch, type WatchState } from './internal/watch.ts';
import type { Search } from './search.ts';

/** A person as they appear beside what they do. */
export interface User {
  id: string;
  username: string;
  name: string;
  avatarUrl: string | null;
}

/** Everything that everybody sees of a person. */
export interface Profile extends User {
  /** What they do, such as "Engineer". */
  title: string | null;
  custom: UserCustom;
  createdAt: Date;
  updatedAt: Date;
}

/** The signed-in user. */
export interface Account extends Profile {
  /** Null for accounts made with a username only. */
  email: string | null;
  emailVerified: boolean;
  role: 'user' | 'admin';
}

/** Those asked for, by id. */
export type UsersState = WatchState<Profile>;

export interface Users {
  /** The signed-in user's own account. @throws `session_expired` */
  me(): Promise<Account>;
  /** A person by id or username. @throws `user_not_found` */
  get(user: string): Promise<Profile>;
  /** Those of these people who exist, in this order. */
  list(userIds: readonly string[]): Promise<Profile[]>;
  /** People by username or name, at most 20, best first, typos forgiven: `search.users` without pages. @throws `invalid_search` */
  search(text: string): Promise<User[]>;
  /** Changes the caller's profile; null removes a picture or title, custom data is replaced. @throws `invalid_name`, `invalid_username`, `username_taken`, `invalid_avatar_url`, `invalid_title`, `invalid_custom`, `rate_limited` */
  update(changes: {
    name?: string;
    username?: string;
    avatarUrl?: string | null;
    title?: string | null;
    custom?: UserCustom;
  }): Promise<Profile>;
  /** Stores a picture of the caller and shows it: a PNG, JPEG, GIF, WebP or AVIF of at most 5 MB. @throws `file_too_large`, `unsupported_media_type` */
  setAvatar(picture: FileSource): Promise<Profile>;
  /** Calls back with these people and then whenever one changes their profile. @throws `invalid_input` for what is no id */
  subscribe(userIds: readonly string[], listener: (state: UsersState) => void): Subscription;
}

/** As many ids as an address has room for. */
const BATCH = 100;

export function createUsers(
  { client, run }: Rest,
  /** The topic that everyone hears. */
  everyone: TopicFeed,
  avatars: Avatars,
  searchUsers: Search['users'],
): Users & { end(): void } {
  async function fetchProfiles(userIds: readonly string[]): Promise<Map<string, Profile>> {
    const found = new Map<string, Profile>();
    for (let start = 0; start < userIds.length; start += BATCH) {
      const ids = userIds.slice(start, start + BATCH);
      const rows = await run('read users', client.from('profiles').select().in('id', ids));
      for (const row of rows) found.set(row.id, toProfile(row));
    }
    return found;
  }

  const watch = createWatch<Profile>({
    feed: everyone,
    fetch: fetchProfiles,
    onEvent(event, payload) {
      if (event !== 'user:updated') return;
      const profile = toProfile(payload as unknown as FullProfileRow);
      watch.put(profile.id, profile);
    },
  });

  const update: Users['update'] = async ({ name, username, avatarUrl, title, custom }) => {
    const [row] = await run(
      'update profile',
      client.rpc('update_profile', {
        ...(name === undefined ? {} : { name }),
        ...(username === undefined ? {} : { username }),
        ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl ?? '' }),
        ...(title === undefined ? {} : { title: title ?? '' }),
        ...(custom === undefined ? {} : { custom: custom as never }),
      }),
    );
    const profile = toProfile(row as FullProfileRow);
    watch.put(profile.id, profile);
    // What is left over goes next time.
    if (avatarUrl !== undefined) await avatars.removeBefore(profile.avatarUrl).catch(() => {});
    return profile;
  };

  return {
    async me() {
      return toAccount(await run('read account', client.from('accounts').select(ACCOUNT_COLUMNS).single()));
    },
    async get(user) {
      const column = UUID.test(user) ? 'id' : 'username';
      const rows = await run('read user', client.from('profiles').select().eq(column, user));
      if (!rows[0]) throw new ChatError('user_not_found', 'unable to read user; there is none of this name');
      return toProfile(rows[0]);
    },
    async list(userIds) {
      const ids = [...new Set(userIds)];
      const found = await fetchProfiles(ids);
      return ids.flatMap((id) => found.get(id) ?? []);
    },
    search: async (text) => (text.trim() === '' ? [] : searchUsers(text, { limit: 20 })),
    update,
    setAvatar: async (picture) => update({ avatarUrl: await avatars.store(picture) }),
    subscribe: watch.subscribe,
    end: watch.end,
  };
}
