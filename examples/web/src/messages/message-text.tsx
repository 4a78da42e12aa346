/** A message's text with its light formatting. Everything goes through React as text, so markup in it stays text. */
import type { Message } from '@confab/sdk';
import { Fragment, memo, type ReactNode, useMemo } from 'react';
import { addressOfSlug } from '../place.ts';
import { type Block, type Inline, isOnlyEmoji, parseMarkup } from './markup.ts';
import { Mention } from './mention.tsx';

type Mentions = Message['mentions'];

interface Props {
  body: string;
  /** Whom it means, as the server found. */
  mentions: Mentions;
  /** What stands behind the text on its last line. */
  children?: ReactNode;
}

export const MessageText = memo(function MessageText({ body, mentions, children }: Props) {
  const blocks = useMemo(() => parseMarkup(body), [body]);
  return (
    <div className="text" data-emoji={isOnlyEmoji(body)}>
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place.
        <BlockView key={index} block={block} mentions={mentions}>
          {index === blocks.length - 1 && children}
        </BlockView>
      ))}
    </div>
  );
});

interface BlockProps {
  block: Block;
  mentions: Mentions;
  children: ReactNode;
}

function BlockView({ block, mentions, children }: BlockProps) {
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
      {render(block.children, mentions)}
      {children}
    </p>
  );
  return block.type === 'quote' ? <blockquote>{content}</blockquote> : content;
}

const render = (parts: readonly Inline[], mentions: Mentions): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place.
  parts.map((part, index) => <Fragment key={index}>{renderPart(part, mentions)}</Fragment>);

function renderPart(part: Inline, mentions: Mentions): ReactNode {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'code':
      return <code>{part.text}</code>;
    case 'bold':
      return <strong>{render(part.children, mentions)}</strong>;
    case 'italic':
      return <em>{render(part.children, mentions)}</em>;
    case 'strike':
      return <s>{render(part.children, mentions)}</s>;
    case 'link':
      return (
        <a href={part.text} target="_blank" rel="noopener noreferrer nofollow">
          {part.text}
        </a>
      );
    case 'channel':
      return <a href={addressOfSlug(part.text)}>#{part.text}</a>;
    case 'mention':
      return <Mention name={part.text} mentions={mentions} />;
  }
}
