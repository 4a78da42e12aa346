/** The HTTP API, one function for every document it serves. */
import { readEnv, readMailSettings } from '../_shared/env.ts';
import { connectMail } from '../_shared/mail.ts';
import { connect } from '../_shared/supabase.ts';
import { createApp } from './app.ts';

const mailSettings = readMailSettings();

Deno.serve(
  createApp({
    supabase: connect(readEnv()),
    mail: connectMail(mailSettings),
    appName: mailSettings.sender.name,
  }).fetch,
);
