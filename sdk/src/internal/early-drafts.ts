/** Drafts before their code is there: read and kept on this device, and saved as soon as it is. */
import type { Draft, OwnDrafts } from '../drafts.ts';
import { keyOf, newDraft } from './draft-list.ts';
import { readDrafts, writeDrafts } from './draft-store.ts';
import type { Lazy } from './lazy.ts';

export function createEarlyDrafts(code: Lazy<{ drafts: OwnDrafts }>): OwnDrafts {
  let userId: string | null = null;
  let early = new Map<string, Draft>();

  function belongTo(id: string | null): void {
    userId = id;
    early = readDrafts(id);
  }

  return {
    get(place) {
      if (code.now) return code.now.drafts.get(place);
      const draft = early.get(keyOf(place));
      return draft?.body ? draft : null;
    },
    set(place, body, custom) {
      code.whenThere(({ drafts }) => drafts.set(place, body, custom));
      if (code.now) return;
      early.set(keyOf(place), newDraft(place, body, custom));
      writeDrafts(userId, early);
    },
    ...code.calls('drafts', 'flush'),
    subscribe: code.subscribe('drafts'),
    open(id) {
      belongTo(id);
      code.whenThere(({ drafts }) => drafts.open(id));
    },
    end() {
      belongTo(null);
      code.whenThere(({ drafts }) => drafts.end());
    },
    close: () => code.whenThere(({ drafts }) => drafts.close()),
  };
}
