/** What connections and requests share. */
import type { Authorizer } from './authorization.ts';
import type { ChangeFeed } from './changes/feed.ts';
import type { Config } from './config.ts';
import type { Connections } from './connections.ts';
import type { Database } from './database.ts';
import type { Faults } from './faults.ts';
import type { Meters } from './limits.ts';
import type { Log } from './log.ts';
import type { Rooms } from './rooms.ts';
import type { TokenVerifier } from './tokens.ts';

export interface Services {
  config: Config;
  log: Log;
  database: Database;
  authorizer: Authorizer;
  tokens: TokenVerifier;
  rooms: Rooms;
  meters: Meters;
  connections: Connections;
  faults: Faults;
  changes: ChangeFeed;
  /** The stream of messages from the database. */
  stream: { readonly up: boolean };
}
