/** A message's text with its light formatting. Everything goes through React as text, so markup in it stays text. */
import type { Message } from '@confab/sdk';
import { Fragment, memo, type ReactNode, useMemo } from 'react';
import { addressOfSlug } from '../place.ts';
import { type Block, type Inline, isOnlyEmoji, parseMarkup } from './markup.ts';
import { MeantPeople, Mention } from './mention.tsx';

interface Props {
  body: string;
  /** Whom it means, as the server found. */
  mentions: Message['mentions'];
  /** What stands behind the text on its last line. */
  children?: ReactNode;
}

export const MessageText = memo(function MessageText({ body, mentions, children }: Props) {
  const blocks = useMemo(() => parseMarkup(body), [body]);
  return (
    <div className="text" data-emoji={isOnlyEmoji(body)}>
      <MeantPeople mentions={mentions}>
        {blocks.map((block, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place.
          <BlockView key={index} block={block}>
            {index === blocks.length - 1 && children}
          </BlockView>
        ))}
      </MeantPeople>
    </div>
  );
});

function BlockView({ block, children }: { block: Block; children: ReactNode }) {
  if (block.type === 'code') {
    return (
      <>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <pre tabIndex={0}>{block.text}</pre>
        {children}
      </>
    );
  }
  const content = (
    <p dir="auto">
      {render(block.children)}
      {children}
    </p>
  );
  return block.type === 'quote' ? <blockquote>{content}</blockquote> : content;
}

const render = (parts: readonly Inline[]): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place.
  parts.map((part, index) => <Fragment key={index}>{renderPart(part)}</Fragment>);

function renderPart(part: Inline): ReactNode {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'code':
      return <code>{part.text}</code>;
    case 'bold':
      return <strong>{render(part.children)}</strong>;
    case 'italic':
      return <em>{render(part.children)}</em>;
    case 'strike':
      return <s>{render(part.children)}</s>;
    case 'link':
      return (
        <a href={part.text} target="_blank" rel="noopener noreferrer nofollow">
          {part.text}
        </a>
      );
    case 'channel':
      return <a href={addressOfSlug(part.text)}>#{part.text}</a>;
    case 'mention':
      return <Mention name={part.text} />;
  }
}
