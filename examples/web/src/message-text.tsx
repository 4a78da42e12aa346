/** A message's text, with web addresses as links. Everything goes through React as text, so markup in it stays text. */
import { type ReactNode, useMemo } from 'react';

const ADDRESS = /https?:\/\/[^\s<>"]+/gi;
/** Punctuation that ends the sentence and not the address. */
const TAIL = /[.,;:!?'…]+$/;

export function MessageText({ body }: { body: string }) {
  const parts = useMemo(() => linked(body), [body]);
  return <p className="text">{parts}</p>;
}

function linked(body: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of body.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    if (!URL.canParse(address)) continue;
    parts.push(
      body.slice(end, match.index),
      <a key={match.index} href={address} target="_blank" rel="noopener noreferrer nofollow">
        {address}
      </a>,
    );
    end = match.index + address.length;
  }
  return [...parts, body.slice(end)];
}

/** Without what follows an address in a sentence; a bracket stays when its partner is in the address. */
function trimmed(address: string): string {
  const short = address.replace(TAIL, '');
  if (short.endsWith(')') && !short.includes('(')) return trimmed(short.slice(0, -1));
  return short;
}
