/** What a function reads from its environment, under the names that Supabase sets itself. */
export interface Env {
  supabaseUrl: string;
  /** Opens the gateway and carries no rights of its own. */
  anonKey: string;
}

export function readEnv(): Env {
  return { supabaseUrl: required('SUPABASE_URL'), anonKey: required('SUPABASE_ANON_KEY') };
}

function required(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`unable to start; ${name} is not set`);
  return value;
}
