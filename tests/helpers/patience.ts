/** Lets `vi.waitFor` and `vi.waitUntil` wait as long as `expect.poll`: their own second is less than a busy machine may take. */
import { vi } from 'vitest';

const TIMEOUT_MS = 20_000;
const { waitFor, waitUntil } = vi;

vi.waitFor = (callback, options = TIMEOUT_MS) => waitFor(callback, options);
vi.waitUntil = (callback, options = TIMEOUT_MS) => waitUntil(callback, options);
