/** Work that goes on after the answer. */

declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

/** Supabase's runtime ends a function with its answer unless it knows of more; plain Deno just goes on. */
export function inBackground(work: Promise<unknown>): void {
  if (typeof EdgeRuntime !== 'undefined') EdgeRuntime.waitUntil(work);
}
