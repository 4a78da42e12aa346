/** LiveKit, the server for calls. */
import type { StackContext } from '../context.ts';

/** Of a development server; everyone on this machine may know them. */
export const LIVEKIT_KEYS = { key: 'devkey', secret: 'confab-livekit-development-secret' };

export const livekitUrl = ({ ports }: StackContext) => `ws://127.0.0.1:${ports.livekit}`;
