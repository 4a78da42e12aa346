/** The HTTP API, one function for every document it serves. */
import { readEnv, readHttpSettings, readMailSettings, readStorageSettings } from '../_shared/env.ts';
import { connectMail } from '../_shared/mail.ts';
import { connectStorage } from '../_shared/storage.ts';
import { connect } from '../_shared/supabase.ts';
import { createApp } from './app.ts';

const mailSettings = readMailSettings();

const supabase = connect(readEnv());

Deno.serve(
  createApp({
    supabase,
    storage: connectStorage(supabase, readStorageSettings()),
    mail: connectMail(mailSettings),
    http: readHttpSettings(),
    appName: mailSettings.sender.name,
  }).fetch,
);
