/** What a message says without its marks, for where a text stands on one line. */
import { type Inline, parseMarkup } from './markup.ts';

export const plainText = (body: string): string =>
  parseMarkup(body)
    .map((block) => (block.type === 'code' ? block.text : block.children.map(textOf).join('')))
    .join(' ')
    .trim();

function textOf(part: Inline): string {
  switch (part.type) {
    case 'bold':
    case 'italic':
    case 'strike':
      return part.children.map(textOf).join('');
    case 'mention':
      return `@${part.text.replace(/^\[|\]$/g, '')}`;
    case 'channel':
      return `#${part.text}`;
    default:
      return part.text;
  }
}
