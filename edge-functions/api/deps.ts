/** What the routes are given: everything that reaches beyond the process. */
import type { Supabase } from '../_shared/supabase.ts';

export interface Deps {
  supabase: Supabase;
}
