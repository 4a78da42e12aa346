/** The HTTP API: the entry of the function api, and of one function for each other document it serves. */
import {
  readEnv,
  readGoogleSettings,
  readHttpSettings,
  readMailSettings,
  readPublicUrls,
  readSmsHookSecrets,
  readSmsSettings,
  readStorageSettings,
} from '../_shared/env.ts';
import { connectGoogle } from '../_shared/google.ts';
import { connectMail } from '../_shared/mail.ts';
import { createProbes } from '../_shared/probes.ts';
import { connectRealtime } from '../_shared/realtime.ts';
import { connectSms } from '../_shared/sms.ts';
import { connectStorage } from '../_shared/storage.ts';
import { connect } from '../_shared/supabase.ts';
import { createApp } from './app.ts';

const env = readEnv();
const mailSettings = readMailSettings();
const supabase = connect(env);
const mail = connectMail(mailSettings);
const urls = readPublicUrls();
const google = readGoogleSettings(urls);

Deno.serve(
  createApp({
    supabase,
    storage: connectStorage(supabase, readStorageSettings()),
    realtime: connectRealtime(env),
    mail,
    sms: connectSms(readSmsSettings(), mail),
    smsHookSecrets: readSmsHookSecrets(),
    google: google && connectGoogle(google),
    probes: createProbes(env, supabase),
    http: readHttpSettings(),
    urls,
    appName: mailSettings.sender.name,
  }).app.fetch,
);
