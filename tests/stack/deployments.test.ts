/** Deployments of one's own have Auth's settings twice more, in files that nothing reads here. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { authEnvironment } from '../../scripts/stack/auth/env.ts';
import { readConfig } from '../../scripts/stack/config.ts';
import { parseEnvFile } from '../../scripts/stack/env-file.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(`${project}deploy/${file}`, 'utf8');
const hostOf = (url: string | undefined) => new URL(url ?? '').host;

const local = authEnvironment(readConfig(project).auth, {
  apiUrl: 'https://api.example.com',
  host: 'localhost',
  port: 9999,
  databaseUrl: '',
  jwtSecret: '',
  smtp: { host: '', port: 0 },
});
/** What differs from place to place, or does not hold where the file is read here. */
const places = /^GOTRUE_(SITE_URL|URI_ALLOW_LIST|JWT_ISSUER|MAILER_URLPATHS_.*|SMTP_.*|API_.*|.*_SECRETS)$/;
/** With the local mail catcher there is no such limit. */
const unlike = ['GOTRUE_RATE_LIMIT_EMAIL_SENT'];

describe.each([
  ['compose/docker-compose.confab.yml', /^\s+(GOTRUE_\w+): "?([^"\n]*?)"?$/gm],
  ['kubernetes/supabase-values.yaml', /\bname: (GOTRUE_\w+),\s+value: "?((?<=")[^"\n]*|[^"\s},]+)/g],
])('%s', (file, setting) => {
  const deployed = Object.fromEntries(
    [...read(file).matchAll(setting)].map(([, name = '', value]) => [name, value]),
  );

  it('has the settings of config.toml', () => {
    const both = Object.keys(deployed).filter(
      (name) => name in local && !places.test(name) && !unlike.includes(name),
    );
    expect(both.length).toBeGreaterThan(25);
    const values = (from: Record<string, string | undefined>) =>
      Object.fromEntries(
        both.map((name) => [name, from[name]?.replace(/\$\{CONFAB_DOMAIN\}/, 'api.example.com')]),
      );
    expect(values(deployed)).toEqual(values(local));
  });

  it('asks the same hooks, and bounds the codes that one address may try', () => {
    const needed = Object.keys(local).filter((name) =>
      /^GOTRUE_(HOOK_.*_(ENABLED|URI)|RATE_LIMIT_VERIFY)$/.test(name),
    );
    expect(Object.keys(deployed)).toEqual(expect.arrayContaining(needed));
    expect(deployed).toMatchObject({
      GOTRUE_RATE_LIMIT_HEADER: 'X-Forwarded-For',
      GOTRUE_RATE_LIMIT_VERIFY: '30',
    });
    expect(Number(deployed.GOTRUE_MAILER_OTP_LENGTH)).toBe(10);
  });
});

describe('the examples of secrets', () => {
  it('lead to the API and to the app where both are', () => {
    const functions = parseEnvFile(read('compose/functions.env.example'));
    const supabase = parseEnvFile(read('compose/confab.env.example'));
    expect(hostOf(functions.PUBLIC_URL)).toBe(supabase.CONFAB_DOMAIN);
    expect([functions.FRONTEND_URL, functions.CORS_ORIGINS]).toEqual([
      supabase.CONFAB_SITE_URL,
      supabase.CONFAB_SITE_URL,
    ]);
  });

  it('insist on TLS, of which the gateway passes on what the proxy before it says', () => {
    expect(parseEnvFile(read('compose/functions.env.example')).HTTPS_ONLY).toBe('true');
    for (const file of ['compose/docker-compose.confab.yml', 'kubernetes/gateway.yaml']) {
      expect(read(file)).toMatch(/^ +KONG_TRUSTED_IPS: \S/m);
    }
  });
});
