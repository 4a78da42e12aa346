/** What every part of the server works with. */
import type { Context } from 'hono';
import type { Config } from './config.ts';
import type { Db } from './database.ts';
import type { Limits } from './limits.ts';
import { type Client, client } from './request.ts';

export interface Service {
  config: Config;
  db: Db;
  limits: Limits;
  /** Who asks. */
  client: Client;
  log: (event: string, fields?: object) => void;
}

/** The service as one request sees it. */
export const serving = (service: Service, c: Context): Service => ({ ...service, client: client(c) });

/** The same service inside a transaction. */
export const within = (service: Service, db: Db): Service => ({ ...service, db });
