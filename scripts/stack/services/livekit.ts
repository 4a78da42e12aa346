/** LiveKit, the server for calls. */
import { existsSync } from 'node:fs';
import { localUrl, logFile, responds, type StackContext } from '../context.ts';
import { buildLivekit, livekitBinary } from '../livekit/build.ts';
import type { Progress } from '../progress.ts';
import type { ServiceSpec } from '../supervisor/service.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';

/** Of a development server; everyone on this machine may know them. */
export const LIVEKIT_KEYS = { key: 'devkey', secret: 'confab-livekit-development-secret' };

export const livekitUrl = ({ ports }: Pick<StackContext, 'ports'>) => `ws://127.0.0.1:${ports.livekit}`;

/** Starts LiveKit; where it has to be built first, the start of the stack does not wait for it. */
export async function runLivekit(
  stack: StackContext,
  supervisor: Supervisor,
  progress: Progress,
): Promise<void> {
  if (existsSync(livekitBinary())) {
    await supervisor.run(livekitService(stack));
    return;
  }
  void buildLivekit(supervisor, logFile(stack, 'livekit'), progress)
    .then(() => supervisor.run(livekitService(stack)))
    .catch((error: Error) => progress.note(error.message));
}

function livekitService(stack: StackContext): ServiceSpec {
  const { ports } = stack;
  const settings = {
    port: ports.livekit,
    bind_addresses: ['127.0.0.1'],
    rtc: {
      tcp_port: ports.livekitTcp,
      udp_port: ports.livekitUdp,
      node_ip: '127.0.0.1',
      use_external_ip: false,
      enable_loopback_candidate: true,
    },
    keys: { [LIVEKIT_KEYS.key]: LIVEKIT_KEYS.secret },
    logging: { level: 'warn', json: true },
  };
  return {
    name: 'LiveKit',
    // JSON is YAML, which is what the server reads.
    command: [livekitBinary(), '--config-body', JSON.stringify(settings)],
    ports: [ports.livekit, ports.livekitTcp],
    logFile: logFile(stack, 'livekit'),
    isReady: () => responds(localUrl(ports.livekit), 200),
  };
}
