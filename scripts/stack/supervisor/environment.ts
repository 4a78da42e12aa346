/** What a child process inherits: the user's own PG…, PGRST_… or GOTRUE_… variables must not reach a service. */
const PLACE = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'XDG_CACHE_HOME', 'DENO_DIR'];
const NETWORK = [
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'DENO_CERT', 'DENO_TLS_CA_STORE'],
  ...[
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'npm_config_registry',
  ],
];

export const baseEnvironment = () => pick([...PLACE, ...NETWORK]);

/** Only how to reach the network, for programs that shall know nothing of this machine. */
export const networkEnvironment = () => pick(NETWORK);

function pick(names: string[]): Record<string, string> {
  const entries = names.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
