/** Loaded by Deno before a function: ends the function when the process that runs the functions is gone. */
const parent = Deno.ppid;
const timer = setInterval(() => {
  if (Deno.ppid !== parent) Deno.exit(0);
}, 1000);
Deno.unrefTimer(timer);
