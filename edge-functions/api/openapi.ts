/** Prints the OpenAPI descriptions that the API serves under /api/openapi, by their names. */
import { createProbes } from '../_shared/probes.ts';
import { connectRealtime } from '../_shared/realtime.ts';
import { connectStorage } from '../_shared/storage.ts';
import { connect } from '../_shared/supabase.ts';
import { createApp } from './app.ts';

const nothingIsSent = { send: () => Promise.reject(new Error('nothing is sent here')) };
const supabaseUrl = 'http://localhost';
const env = { supabaseUrl, restUrl: supabaseUrl, anonKey: 'none', serviceRoleKey: 'none' };
const supabase = connect(env);
const { describe } = createApp({
  supabase,
  realtime: connectRealtime(env),
  probes: createProbes(env, supabase),
  storage: connectStorage(supabase, { supabaseUrl, publicUrl: supabaseUrl, urlSeconds: 1 }),
  mail: nothingIsSent,
  sms: nothingIsSent,
  smsHookSecrets: [],
  google: undefined,
  urls: { frontend: 'http://localhost', gateway: 'http://localhost' },
  http: { trustedProxies: 1, corsOrigins: '*', isHttpsOnly: false },
  appName: 'Confab',
});
console.log(JSON.stringify(describe(), null, 2));
