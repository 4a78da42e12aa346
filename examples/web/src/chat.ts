/** The app's one connection to Confab. */
import { createChat } from '@confab/sdk';

/** What every local Supabase project answers to. */
const LOCAL_URL = 'http://127.0.0.1:54321';
const LOCAL_KEY = 'sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH';

export const chat = createChat({
  url: import.meta.env.VITE_CONFAB_URL || LOCAL_URL,
  key: import.meta.env.VITE_CONFAB_KEY || LOCAL_KEY,
});
