/** Over the field: what the word that is being written may become. */
import { ChannelFace } from '../channels/channel-face.tsx';
import { PersonLine } from '../people/person-line.tsx';
import { OptionList } from '../ui/option-list.tsx';
import type { Completion, Suggestion } from './use-completion.ts';

export function Suggestions({ completion: { suggestions, options } }: { completion: Completion }) {
  if (suggestions.length === 0) return null;
  return (
    <OptionList
      className="suggestions"
      label="Suggestions"
      options={options}
      list={suggestions.map((suggestion) => ({ key: suggestion.key, content: <Line of={suggestion} /> }))}
    />
  );
}

function Line({ of }: { of: Suggestion }) {
  switch (of.kind) {
    case 'person':
      return <PersonLine user={of.user} />;
    case 'group':
      return (
        <span className="name">
          <strong>@{of.key}</strong> <span className="hint">{of.text}</span>
        </span>
      );
    case 'channel':
      return (
        <>
          <ChannelFace channel={null} />
          <span className="name">{of.name}</span>
        </>
      );
    case 'emoji':
      return (
        <>
          <span className="emoji">{of.emoji.emoji}</span>
          <span className="name">{of.emoji.words}</span>
        </>
      );
  }
}
