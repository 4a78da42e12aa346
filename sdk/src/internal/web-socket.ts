/** Finds a WebSocket class where the runtime has none of its own. */

/** The class of the `ws` package in Node before 22, when the app has that package; undefined when nothing is needed or found. */
export function webSocketOfNode(): unknown {
  if (globalThis.WebSocket) return undefined;
  try {
    // No import: bundlers would follow it into browsers, where there is no such package.
    const { createRequire } = globalThis.process.getBuiltinModule('node:module');
    return createRequire(`${globalThis.process.cwd()}/`)('ws');
  } catch {
    return undefined;
  }
}
