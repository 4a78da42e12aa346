/** What the routes are given: everything that reaches beyond the process. */
import type { HttpSettings, PublicUrls } from '../_shared/env.ts';
import type { Google } from '../_shared/google.ts';
import type { Mailer } from '../_shared/mail.ts';
import type { Probes } from '../_shared/probes.ts';
import type { Realtime } from '../_shared/realtime.ts';
import type { SmsSender } from '../_shared/sms.ts';
import type { Storage } from '../_shared/storage.ts';
import type { Supabase } from '../_shared/supabase.ts';

export interface Deps {
  supabase: Supabase;
  storage: Storage;
  realtime: Realtime;
  mail: Mailer;
  sms: SmsSender;
  /** What Auth signs its calls for messages with. */
  smsHookSecrets: string[];
  /** Undefined where it is not set up. */
  google: Google | undefined;
  probes: Probes;
  http: HttpSettings;
  urls: PublicUrls;
  /** What the people who use it call this chat. */
  appName: string;
}
