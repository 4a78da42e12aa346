/** Loaded by Deno before a function: ends it when the process that runs the functions is gone, and in order when told to. */
const parent = Deno.ppid;
const timer = setInterval(() => {
  if (Deno.ppid !== parent) Deno.exit(0);
}, 1000);
Deno.unrefTimer(timer);
// An end by the signal itself would lose what Deno writes at its end, such as the coverage of the code.
Deno.addSignalListener('SIGTERM', () => Deno.exit(0));
