/** The light formatting of messages, read into a tree; nothing of it is ever HTML. */

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'bold' | 'italic' | 'strike'; children: Inline[] }
  | { type: 'code' | 'link' | 'channel'; text: string }
  /** `text` is a username, `[Full Name]` or `<id>`. */
  | { type: 'mention'; text: string };

export type Block = { type: 'paragraph' | 'quote'; children: Inline[] } | { type: 'code'; text: string };

const FENCE = '```';
/** Each alternative ends at its own first closing character, so that no text takes more than a few looks. */
const INLINE = new RegExp(
  [
    '`(?<code>[^`\\n]+)`',
    '(?<link>https?:\\/\\/[^\\s<>"]+)',
    '\\*\\*(?=\\S)(?<bold>[^*\\n]+)\\*\\*',
    '(?<![\\p{L}\\p{N}*])\\*(?=\\S)(?<star>[^*\\n]+)\\*(?![\\p{L}\\p{N}*])',
    '(?<![\\p{L}\\p{N}_])_(?=\\S)(?<italic>[^_\\n]+)_(?![\\p{L}\\p{N}_])',
    '~~(?=\\S)(?<strike>[^~\\n]+)~~',
    '(?<![\\p{L}\\p{N}_@/.])@(?<mention>[a-z0-9_.-]*[a-z0-9_]|\\[[^\\]\\n]{1,80}\\]|<[0-9a-f-]{36}>)',
    '(?<![\\p{L}\\p{N}_#&/])#(?<channel>[a-z0-9]+(?:-[a-z0-9]+)*)(?![\\p{L}\\p{N}_])',
  ].join('|'),
  'giu',
);

export function parseMarkup(body: string): Block[] {
  const blocks: Block[] = [];
  let rest = body;
  while (rest !== '') {
    const start = rest.indexOf(FENCE);
    const end = start < 0 ? -1 : rest.indexOf(FENCE, start + FENCE.length);
    if (end < 0) {
      blocks.push(...parseLines(rest));
      break;
    }
    blocks.push(...parseLines(rest.slice(0, start).replace(/\n$/, '')));
    const code = rest.slice(start + FENCE.length, end).replace(/^[a-z0-9+-]*\n/i, '');
    blocks.push({ type: 'code', text: code.replace(/\n$/, '') });
    rest = rest.slice(end + FENCE.length).replace(/^\n/, '');
  }
  return blocks;
}

/** Lines that begin with `>` are a quote, all others together a paragraph. */
function parseLines(text: string): Block[] {
  if (text === '') return [];
  const groups: { isQuote: boolean; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const isQuote = /^> ?/.test(line);
    const last = groups.at(-1);
    const content = isQuote ? line.replace(/^> ?/, '') : line;
    if (last?.isQuote === isQuote) last.lines.push(content);
    else groups.push({ isQuote, lines: [content] });
  }
  return groups.map(({ isQuote, lines }) => ({
    type: isQuote ? 'quote' : 'paragraph',
    children: parseInline(lines.join('\n')),
  }));
}

function parseInline(text: string, depth = 0): Inline[] {
  const parts: Inline[] = [];
  let end = 0;
  const plain = (until: number) => {
    if (until > end) parts.push({ type: 'text', text: text.slice(end, until) });
  };
  for (const match of text.matchAll(INLINE)) {
    if (match.index < end) continue;
    const found = toInline(match.groups ?? {}, depth);
    if (!found) continue;
    plain(match.index);
    parts.push(found.part);
    end = match.index + (found.length ?? match[0].length);
  }
  plain(text.length);
  return parts;
}

function toInline(
  groups: Record<string, string | undefined>,
  depth: number,
): { part: Inline; length?: number } | null {
  const { code, link, mention, channel, strike } = groups;
  const italic = groups.star ?? groups.italic;
  const children = (inner: string) => (depth < 2 ? parseInline(inner, depth + 1) : [text(inner)]);
  if (code !== undefined) return { part: { type: 'code', text: code } };
  if (groups.bold !== undefined) return { part: { type: 'bold', children: children(groups.bold) } };
  if (italic !== undefined) return { part: { type: 'italic', children: children(italic) } };
  if (strike !== undefined) return { part: { type: 'strike', children: children(strike) } };
  if (mention !== undefined) return { part: { type: 'mention', text: mention } };
  if (channel !== undefined) return { part: { type: 'channel', text: channel } };
  if (link === undefined) return null;
  const address = withoutTail(link);
  return URL.canParse(address) ? { part: { type: 'link', text: address }, length: address.length } : null;
}

const text = (value: string): Inline => ({ type: 'text', text: value });

/** Punctuation that ends the sentence and not the address. */
const TAIL = new Set(".,;:!?'…*_~");

/** Without what follows an address in a sentence; a bracket stays when its partner is in the address. */
function withoutTail(address: string): string {
  const hasPartner = address.includes('(');
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address.charAt(end - 1);
    if (!TAIL.has(last) && (last !== ')' || hasPartner)) break;
  }
  return address.slice(0, end);
}

const ONLY_EMOJI =
  /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D|\p{Emoji_Modifier}|\p{Extended_Pictographic})*\s?){1,3}$/u;

/** One to three emoji and nothing else are shown large. */
export const isOnlyEmoji = (body: string): boolean => body.length < 40 && ONLY_EMOJI.test(body.trim());
