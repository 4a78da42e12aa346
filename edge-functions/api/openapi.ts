/** Prints the OpenAPI description that the API serves at /api/openapi.json. */
import { connect } from '../_shared/supabase.ts';
import { createApp } from './app.ts';

const app = createApp({
  supabase: connect({ supabaseUrl: 'http://localhost', anonKey: 'none', serviceRoleKey: 'none' }),
  mail: { send: () => Promise.reject(new Error('nothing is sent here')) },
  appName: 'Confab',
});
const response = await app.request('/api/openapi.json');
console.log(JSON.stringify(await response.json(), null, 2));
