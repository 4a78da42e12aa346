/** Prints the OpenAPI description that the API serves at /api/openapi.json. */
import { connectStorage } from '../_shared/storage.ts';
import { connect } from '../_shared/supabase.ts';
import { createApp } from './app.ts';

const supabaseUrl = 'http://localhost';
const app = createApp({
  supabase: connect({ supabaseUrl, anonKey: 'none', serviceRoleKey: 'none' }),
  storage: connectStorage({ supabaseUrl, publicUrl: supabaseUrl, urlSeconds: 1 }),
  mail: { send: () => Promise.reject(new Error('nothing is sent here')) },
  appName: 'Confab',
});
const response = await app.request('/api/openapi.json');
console.log(JSON.stringify(await response.json(), null, 2));
