/** The HTTP API, one function for every document it serves. */
import { readEnv } from '../_shared/env.ts';
import { connect } from '../_shared/supabase.ts';
import { createApp } from './app.ts';

Deno.serve(createApp({ supabase: connect(readEnv()) }).fetch);
