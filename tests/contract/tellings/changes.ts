/** What the acts of the stories change in the rows, whatever document tells them. */
import type { Rows } from './rows.ts';

/** What is told there: of a message in a group or in direct messages everybody hears, otherwise who is mentioned. */
function tell({ channel, members, notifications }: Rows, by: string, text: string, mentioned: string[]) {
  const hears = ['group', 'dm'].includes(channel.kind) ? Object.keys(members) : mentioned;
  for (const to of hears.filter((name) => name !== by)) {
    const type = mentioned.includes(to) ? 'mention' : 'dm';
    notifications[to]?.push({ type, by, text, isRead: false });
  }
}

export function say(
  rows: Rows,
  by: string,
  says: string,
  { mentions = [] as string[], files = [] as string[] } = {},
) {
  // Where nobody is added they come by what they say.
  rows.members[by] ??= 'member';
  rows.messages.push({ by, says, said: [], mentions, files, stored: files, deletedBy: null });
  tell(rows, by, says, mentions);
}

export function add({ channel, members, notifications }: Rows, who: string) {
  members[who] = 'member';
  const text = channel.name ?? '';
  notifications[who]?.push({ type: 'channel_invite', by: 'Ada', text, isRead: false });
}

export function messageOf({ messages }: Rows, words: string) {
  const message = messages.find(({ says, said }) => [says, ...said].includes(words));
  if (!message) throw new Error(`unable to go on; nobody has said ${words}`);
  return message;
}

/** Says something else of a message, and in what its people were told of it. */
export function change(rows: Rows, words: string, says: string) {
  const message = messageOf(rows, words);
  message.said.push(message.says);
  message.says = says;
  for (const [who, notices] of Object.entries(rows.notifications)) {
    for (const notice of notices) if (notice.text === words) notice.text = says;
    if (says === '') rows.notifications[who] = notices.filter(({ text }) => text !== '');
  }
}

/** Who is no longer there has nothing unread there. */
export function go(rows: Rows, who: string) {
  delete rows.members[who];
  delete rows.read[who];
  const notices = rows.notifications[who] ?? [];
  rows.notifications[who] = notices.filter(({ type, isRead }) => isRead || type === 'message');
}

export function closeAda(rows: Rows) {
  go(rows, 'Ada');
  rows.accounts.Ada = 'deleted';
  rows.notifications.Ada = [];
  delete rows.presence.Ada;
  delete rows.sessions.Ada;
}
