/** The API and an Auth beside the stack's own, both with a provider that stands for Google, on the stack's database. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { authEnvironment } from '../../scripts/stack/auth/env.ts';
import { readConfig } from '../../scripts/stack/config.ts';
import { responds, serviceCommand } from '../../scripts/stack/context.ts';
import { createWorker } from '../../scripts/stack/functions/worker.ts';
import { stack } from '../helpers/stack.ts';
import { type OpenIdProvider, startProvider } from './openid-provider.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

export interface GoogleStack {
  provider: OpenIdProvider;
  /** Calls the API as a browser with this cookie would, following no redirect. */
  get(path: string, cookie?: string): Promise<Response>;
  stop(): void;
}

export async function startGoogleStack(): Promise<GoogleStack> {
  const provider = await startProvider();
  const authPort = await freePort();
  const auth = startAuth(provider, authPort);
  const gateway = await authGateway(authPort);
  const folder = `${project}edge-functions/`;
  const config = {
    name: 'api',
    entrypoint: `${folder}api/index.ts`,
    importMap: `${folder}deno.json`,
    verifyJwt: false,
  };
  const environment = {
    ...process.env,
    SUPABASE_URL: gateway.url,
    POSTGREST_URL: `${stack.apiUrl}/rest/v1`,
    SUPABASE_ANON_KEY: stack.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: stack.serviceRoleKey,
    FRONTEND_URL: 'https://app.example.com',
    PUBLIC_URL: 'https://chat.example.com',
    GOOGLE_CLIENT_ID: provider.clientId,
    GOOGLE_CLIENT_SECRET: provider.clientSecret,
    GOOGLE_ISSUER: provider.url,
  };
  const worker = createWorker(config, environment as Record<string, string>, () => {});
  while (!(await responds(`http://127.0.0.1:${authPort}/health`, 200))) {
    if (auth.exitCode !== null) throw new Error('unable to start Auth; it ended');
    await setTimeout(50);
  }
  return {
    provider,
    async get(path, cookie) {
      const { origin, release } = await worker.lease();
      const headers = cookie === undefined ? {} : { cookie };
      const response = await fetch(new URL(path, origin), { redirect: 'manual', headers });
      release();
      return response;
    },
    stop() {
      worker.stop();
      auth.kill();
      gateway.stop();
      provider.stop();
    },
  };
}

function startAuth(provider: OpenIdProvider, port: number): ChildProcess {
  const databaseUrl = new URL(stack.databaseUrl);
  databaseUrl.username = 'supabase_auth_admin';
  const google = {
    enabled: true,
    client_id: provider.clientId,
    secret: provider.clientSecret,
    url: provider.url,
  };
  const env = authEnvironment(
    { ...readConfig(project).auth, external: { google } },
    {
      apiUrl: stack.apiUrl,
      host: '127.0.0.1',
      port,
      databaseUrl: databaseUrl.href,
      jwtSecret: stack.jwtSecret,
      smtp: { host: '127.0.0.1', port: 9 },
    },
  );
  const binary = process.env.CONFAB_AUTH_BIN;
  const [file = '', ...args] = binary ? [binary] : serviceCommand('auth');
  return spawn(file, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
}

/** Leads `/auth/v1` to this Auth, as the gateway does. */
async function authGateway(port: number): Promise<{ url: string; stop(): void }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
    const answer = await fetch(`http://127.0.0.1:${port}${request.url?.replace('/auth/v1', '')}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    const { 'content-encoding': _encoding, ...given } = Object.fromEntries(answer.headers);
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { ...given, 'content-length': String(body.length) }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
