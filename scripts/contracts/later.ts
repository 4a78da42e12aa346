/** What the documents promise and nothing keeps yet, by id; the table only shrinks. */
const CALLS = 'later: calls';
const DOORS = 'later: the doors for clients without an SDK, WebSocket and Socket.IO';
const TOOLS = 'later: huddles, canvases, voice messages, clips and the assistant';

const later: Readonly<Record<string, string>> = {
  'S0-3.2': DOORS,
  'S2-5.*': DOORS,
  'S2-R5': DOORS,
  'S3-6.1*': CALLS,
  'S3-6.2*': DOORS,
  'S3-6.3*': DOORS,
  'S3-7.*': TOOLS,
  'S3-12.*': DOORS,
  'S3-12-*': DOORS,
  'S3-IMP-1': DOORS,
  'S3-IMP-2': TOOLS,
  'S3-IMP-3': TOOLS,
  'S3-IMP-4': TOOLS,
  'S3-IMP-5': DOORS,
  'S3-P5': DOORS,
  'S3-P13': CALLS,
  'S3-P17': TOOLS,
  'S3-P19': TOOLS,
  'S3-P20': TOOLS,
  'S3-P21': TOOLS,
  'S3-P22': TOOLS,
  'S3-11.RL5': TOOLS,
  'S3-Q4': DOORS,
  'S3-T17': TOOLS,
  'S3-T18': TOOLS,
  'S4-I1': 'later: encryption between the ends, which search and previews leave alone',
  'S4-I5': 'later: push to devices; notifications and mails are there',
};

/** What is promised later: an id, or with `*` all that begin so. */
export const laterIds = Object.keys(later);

export const isMeant = (id: string, wanted: string): boolean =>
  wanted.endsWith('*') ? id.startsWith(wanted.slice(0, -1)) : id === wanted;

export const laterReason = (id: string): string | undefined =>
  later[laterIds.find((wanted) => isMeant(id, wanted)) ?? ''];
