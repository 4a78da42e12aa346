/** Who is present in one room. */
import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

type Payload = Record<string, unknown>;
type Meta = Payload & { phx_ref: string; phx_ref_prev?: string };
type Metas = Record<string, { metas: Meta[] }>;

export interface PresenceDiff {
  joins: Metas;
  leaves: Metas;
}

interface Entry {
  key: string;
  payload: Payload;
  meta: Meta;
}

/** One entry per member that tracks; members may share a key. */
export class Presence<Member> {
  private readonly entries = new Map<Member, Entry>();

  state(): Metas {
    const state: Metas = {};
    for (const { key, meta } of this.entries.values()) {
      if (!Object.hasOwn(state, key)) define(state, key, { metas: [] });
      state[key]?.metas.push(meta);
    }
    return state;
  }

  /** The change to tell the room, `undefined` when the payload is what it was. */
  track(member: Member, key: string, payload: Payload): PresenceDiff | undefined {
    const previous = this.entries.get(member);
    if (previous && isDeepStrictEqual(previous.payload, payload)) return undefined;
    const meta: Meta = { ...payload, phx_ref: randomBytes(12).toString('base64url') };
    if (previous) meta.phx_ref_prev = previous.meta.phx_ref;
    this.entries.set(member, { key, payload, meta });
    return { joins: only(key, meta), leaves: previous ? only(key, previous.meta) : {} };
  }

  untrack(member: Member): PresenceDiff | undefined {
    const entry = this.entries.get(member);
    if (!entry) return undefined;
    this.entries.delete(member);
    return { joins: {}, leaves: only(entry.key, entry.meta) };
  }
}

function only(key: string, meta: Meta): Metas {
  return define({}, key, { metas: [meta] });
}

/** Clients choose the keys, so one may be `__proto__`. */
function define(target: Metas, key: string, value: { metas: Meta[] }): Metas {
  return Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
