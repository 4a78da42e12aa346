/** The light formatting of messages, and what hostile texts make of it. */
import { describe, expect, it } from 'vitest';
import { type Inline, isOnlyEmoji, parseMarkup } from '../../examples/web/src/messages/markup.ts';
import { plainText } from '../../examples/web/src/messages/plain-text.ts';

const MAX_LENGTH = 40_000;
/** Far more than reading takes on a slow machine, far less than a look at every pair of letters would. */
const QUICK_MS = 500;

/** The parts of a text that is one paragraph. */
function parts(body: string): Inline[] {
  const [block, ...others] = parseMarkup(body);
  expect(others).toEqual([]);
  if (block?.type !== 'paragraph') throw new Error('unable to read the parts; the text is no paragraph');
  return block.children;
}

const text = (value: string): Inline => ({ type: 'text', text: value });
const links = (body: string) => parts(body).flatMap((part) => (part.type === 'link' ? [part.text] : []));

describe('the markup of messages', () => {
  it('reads bold, italic, struck and code, also inside of each other', () => {
    expect(parts('**a _b_** ~~c~~ *d* `**e**`')).toEqual([
      { type: 'bold', children: [text('a '), { type: 'italic', children: [text('b')] }] },
      text(' '),
      { type: 'strike', children: [text('c')] },
      text(' '),
      { type: 'italic', children: [text('d')] },
      text(' '),
      { type: 'code', text: '**e**' },
    ]);
  });

  it.each([
    '**open',
    '_open',
    '`open',
    '~~open',
    '** no**',
    'snake_case_name',
    '2*3*4',
    '****',
    '@',
    '#',
    '```',
  ])('leaves %s as it is', (body) => expect(parts(body)).toEqual([text(body)]));

  it('goes no deeper into nested marks than a person would', () => {
    const nested = '**_~~**_~~deep~~_**~~_**';
    expect(plainText(nested)).toContain('deep');
    expect(depthOf(parts('~~_*a*_~~'))).toBeLessThanOrEqual(3);
  });

  it.each([
    ['https://example.com/a?b=1.', 'https://example.com/a?b=1'],
    ['(https://example.com/x)', 'https://example.com/x'],
    ['https://example.com/a_(b)', 'https://example.com/a_(b)'],
    ['http://example.com/…!?', 'http://example.com/'],
  ])('finds the address in %s', (body, address) => {
    expect(links(body)).toEqual([address]);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt://example.com/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'https://',
    'https://[',
  ])('makes no link of %s', (body) => {
    expect(links(body)).toEqual([]);
  });

  it('keeps tags as text', () => {
    const body = '<img src=x onerror="alert(1)">';
    expect(parts(body)).toEqual([text(body)]);
  });

  it('reads quotes and blocks of code, whose content stays as it is', () => {
    expect(parseMarkup('> **said**\nand\n```ts\na **b**\n```')).toEqual([
      { type: 'quote', children: [{ type: 'bold', children: [text('said')] }] },
      { type: 'paragraph', children: [text('and')] },
      { type: 'code', text: 'a **b**' },
    ]);
  });

  it('finds names after @, and none in addresses', () => {
    const names = (body: string) =>
      parts(body).flatMap((part) => (part.type === 'mention' ? [part.text] : []));
    expect(names('@ada, @ben.b. @[Ada Lovelace]')).toEqual(['ada', 'ben.b', '[Ada Lovelace]']);
    expect(names('ada@example.com https://example.com/@ada')).toEqual([]);
  });

  it.each([
    '**',
    '*',
    '_',
    '~~',
    '`',
    '```',
    '@',
    '@-',
    '#',
    '#a-',
    '> ',
    '\n',
    '\n> ',
    '(',
    ')',
    '[',
    ' ',
    'a',
    '😀',
    '**a',
    '_a_',
    '`a`',
    '@[',
    '@a',
    'https://',
    'https://a ',
    '> **a** _b_\n',
  ])('reads 40,000 letters of %j quickly', (piece) => {
    const body = piece.repeat(Math.floor(MAX_LENGTH / piece.length));
    expect(timeOf(() => parseMarkup(body))).toBeLessThan(QUICK_MS);
  });

  it.each([')', '!', '!)', '(', '_', '*', '-'])(
    'reads an address with a tail of 40,000 %j quickly',
    (tail) => {
      const body = `https://example.com/${tail.repeat(MAX_LENGTH / tail.length)}x${tail.repeat(20)}`;
      expect(timeOf(() => parseMarkup(body))).toBeLessThan(QUICK_MS);
      expect(timeOf(() => parseMarkup(body.replace('x', '')))).toBeLessThan(QUICK_MS);
    },
  );

  it('says in a plain text what the marks say', () => {
    expect(plainText('**Hi** @[Ada Lovelace], _see_ `x` in #general\n> https://example.com')).toBe(
      'Hi @Ada Lovelace, see x in #general https://example.com',
    );
  });

  it('knows texts that are one to three emoji', () => {
    expect(['🎉', '👩‍💻👍🏽', '❤️ 🎉 🎉'].map(isOnlyEmoji)).toEqual([true, true, true]);
    expect(['', 'a🎉', '1', '🎉🎉🎉🎉 and'].map(isOnlyEmoji)).toEqual([false, false, false, false]);
  });
});

/** The best of three, since the machine may have other things to do meanwhile. */
function timeOf(action: () => void): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    action();
    return performance.now() - start;
  });
  return Math.min(...times);
}

const depthOf = (list: readonly Inline[]): number =>
  Math.max(0, ...list.map((part) => ('children' in part ? 1 + depthOf(part.children) : 0)));
