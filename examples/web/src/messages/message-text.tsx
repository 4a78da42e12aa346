/** A message's text with its light formatting. Everything goes through React as text, so markup in it stays text. */
import { Fragment, memo, type ReactNode, useMemo } from 'react';
import { addressOfSlug } from '../place.ts';
import { type Block, type Inline, isOnlyEmoji, parseMarkup } from './markup.ts';

interface Props {
  body: string;
  /** Username of the reader, whose mentions stand out. */
  me?: string | undefined;
  /** What stands behind the text on its last line. */
  children?: ReactNode;
}

export const MessageText = memo(function MessageText({ body, me, children }: Props) {
  const blocks = useMemo(() => parseMarkup(body), [body]);
  return (
    <div className="text" data-emoji={isOnlyEmoji(body)}>
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place.
        <BlockView key={index} block={block} me={me}>
          {index === blocks.length - 1 && children}
        </BlockView>
      ))}
    </div>
  );
});

function BlockView({ block, me, children }: { block: Block; me: string | undefined; children: ReactNode }) {
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
    <p>
      {render(block.children, me)}
      {children}
    </p>
  );
  return block.type === 'quote' ? <blockquote>{content}</blockquote> : content;
}

const render = (parts: readonly Inline[], me: string | undefined): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place.
  parts.map((part, index) => <Fragment key={index}>{renderPart(part, me)}</Fragment>);

function renderPart(part: Inline, me: string | undefined): ReactNode {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'code':
      return <code>{part.text}</code>;
    case 'bold':
      return <strong>{render(part.children, me)}</strong>;
    case 'italic':
      return <em>{render(part.children, me)}</em>;
    case 'strike':
      return <s>{render(part.children, me)}</s>;
    case 'link':
      return (
        <a href={part.text} target="_blank" rel="noopener noreferrer nofollow">
          {part.text}
        </a>
      );
    case 'channel':
      return <a href={addressOfSlug(part.text)}>#{part.text}</a>;
    case 'mention':
      return (
        <span className="mention" data-me={isMe(part.text, me)}>
          @{part.text}
        </span>
      );
  }
}

const isMe = (name: string, me: string | undefined): boolean =>
  ['here', 'channel', me].includes(name.toLowerCase());
