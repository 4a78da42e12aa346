/** What the routes are given: everything that reaches beyond the process. */
import type { HttpSettings } from '../_shared/env.ts';
import type { Mailer } from '../_shared/mail.ts';
import type { Storage } from '../_shared/storage.ts';
import type { Supabase } from '../_shared/supabase.ts';

export interface Deps {
  supabase: Supabase;
  storage: Storage;
  mail: Mailer;
  http: HttpSettings;
  /** What the people who use it call this chat. */
  appName: string;
}
