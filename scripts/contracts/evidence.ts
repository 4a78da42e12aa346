/**
 * What shows that a requirement of the documents is met: tests, as `file under tests: beginning of a name`, the tests
 * of endpoints, as `S3-1.*`, or a reason why there is nothing to test.
 */
export interface Evidence {
  tests?: string[];
  endpoints?: string;
  reason?: string;
}

const by = (...tests: string[]): Evidence => ({ tests });
const like = (endpoints: string): Evidence => ({ endpoints });
const because = (reason: string): Evidence => ({ reason });

const INTRODUCTION = because('says what the document is about');
const ADVICE = 'the document gives advice; met by its equivalent: ';

const chatrooms: Record<string, Evidence> = {
  'S0-R1': INTRODUCTION,
  'S0-R2': like('S0-7.*'),
  'S0-R3': by(
    'contract/groups/groups: POST /api/groups',
    'contract/connectbest/message-marks: success: 200 with the reaction',
    'db/notify: who wants to hear',
  ),
};

const rooms: Record<string, Evidence> = {
  'S2-N1': by('contract/owasp-access: A01 and A07 every route refuses a token that is not good'),
  'S2-N2': by('contract/fields: what is said of a wrong field names the rule'),
  // Pages; balancing WebSocket connections comes later, with the door of S2-5.*.
  'S2-N3': by(
    'contract/rooms/messages: limit: the newest page, the one before it',
    'contract/rooms/files: limit: an offset leaves out the newest',
  ),
  'S2-N4': by('contract/http: describes every endpoint of %s in OpenAPI 3.1'),
  'S2-R6': INTRODUCTION,
};

const security: Record<string, Evidence> = {
  'S3-11.RL1': by('contract/connectbest/auth: limit: 429 for the sixth try in 15 minutes'),
  'S3-11.RL2': by('contract/limits: let exactly 100 messages of 150 through'),
  'S3-11.RL3': by('contract/connectbest/files: limit: 429 after twenty uploads in an hour'),
  'S3-11.RL4': by('contract/limits: say in every answer what is left'),
  'S3-11.SEC1': by('contract/owasp-access: A01 and A07 every route refuses a token that is not good'),
  'S3-11.SEC2': by(
    'contract/connectbest/auth: success: puts id, address and role into a token of seven days',
  ),
  'S3-11.SEC3': by(
    'contract/connectbest/sessions: success: gives another pair of tokens of the same session',
  ),
  'S3-11.SEC4': by('contract/settings: answers over TLS only'),
  'S3-11.SEC5': by('contract/settings: lets no page of %s call it'),
  'S3-11.SEC6': by('contract/limits: the limits of the HTTP API'),
  'S3-11.SEC7': by('contract/owasp: %s in every parameter of every list is a value and nothing more'),
  'S3-11.SEC8': by(
    'contract/connectbest/message-search: limit: what people wrote comes back inert',
    'e2e/chat: markup in a message stays text',
  ),
  'S3-11.SEC9': because('no cookie is set or read, so no other page can act for anybody'),
  'S3-11.SEC10': by('contract/connectbest/passwords: effect: keeps the hash of the token'),
  'S3-11.SEC11': by('contract/owasp: whoever steals the database has no password, at ten rounds or more'),
  'S3-11.SEC12': by('contract/connectbest/api-keys: a request with an API key'),
  'S3-11.SEC13': by('contract/owasp: a password that was tried in vain stands in the log of the account'),
  'S3-11.SEC14': by('contract/connectbest/admin-logs: every act of an admin'),
};

const priorities: Record<string, Evidence> = {
  'S3-P1': like('S3-1.*'),
  'S3-P2': like('S3-2.*'),
  'S3-P3': like('S3-3.*'),
  'S3-P4': like('S3-4.*'),
  'S3-P6': like('S3-5.*'),
  'S3-P7': by('realtime/topics: brings members the whole message with its author'),
  'S3-P8': like('S3-4.*'),
  'S3-P9': by('realtime/topics: carries typing from member to member', 'db/presence: somebody who beats'),
  'S3-P10': like('S3-4.10'),
  'S3-P11': like('S3-10.*'),
  'S3-P12': like('S3-9.*'),
  'S3-P14': like('S3-4.3'),
  'S3-P15': like('S3-4.7'),
  'S3-P16': by('worker/scheduled-messages: what became due while no worker ran is sent once each'),
  'S3-P18': like('S3-8.*'),
  'S3-P23': by('db/search: a query'),
  'S3-P24': like('S3-8.7'),
};

const technology: Record<string, Evidence> = {
  'S3-T1': because(`${ADVICE}Hono on Edge Functions, described by itself`),
  'S3-T2': because(`${ADVICE}Hono on Edge Functions`),
  'S3-T3': because('PostgreSQL it is'),
  'S3-T4': because(`${ADVICE}Postgres counts, and Realtime tells`),
  'S3-T5': because(`${ADVICE}full-text and trigram search of Postgres`),
  'S3-T6': because(`${ADVICE}Supabase Storage, which keeps objects in S3 or R2`),
  'S3-T7': because(`${ADVICE}thumbnails made by the worker, sent through Storage's CDN`),
  'S3-T8': because(`${ADVICE}Supabase Realtime`),
  'S3-T9': because(`${ADVICE}Supabase Realtime, which tells all its servers`),
  'S3-T10': because(`${ADVICE}the TURN server of LiveKit`),
  'S3-T11': because(`${ADVICE}LiveKit`),
  'S3-T12': because(`${ADVICE}the worker's queue in Postgres`),
  'S3-T13': by('contract/connectbest/operations: success: lets a scraper in with an API key of an admin'),
  'S3-T14': because(`${ADVICE}errors are lines of JSON that any collector takes`),
  'S3-T15': by('contract/settings: logs a line of JSON for each request'),
  'S3-T16': by('contract/mail: sends the mail when there is a key for it'),
};

const connectbest: Record<string, Evidence> = {
  'S3-0.1': INTRODUCTION,
  ...security,
  ...priorities,
  ...technology,
  'S3-D1': by('contract/http: describes every endpoint of %s in OpenAPI 3.1'),
  'S3-D2': because(
    'the page is looked at in a browser; its description is what the contract tests hold answers against',
  ),
  'S3-D3': because('npm run check lints the description, and Schemathesis sends its examples'),
  'S3-D4': because(
    'docs/errors.md is generated, and contract tests accept no code that the description does not list',
  ),
  'S3-D5': because('npm run check runs the collections of docs/postman with newman'),
  'S3-Q1': by('contract/coverage: every endpoint has tests of every kind and of every status'),
  'S3-Q2': by('e2e/chat: two people sign up and see each other write and speak'),
  'S3-Q3': because('npm run bench measures; its figures are too rough for a test'),
  'S3-Q5': by('contract/connectbest/files: POST /api/upload', 'contract/connectbest/file-leaks: '),
  'S3-Q6': by('contract/owasp: A02', 'contract/owasp-access: A01'),
  'S3-Q7': because(
    'npm run check counts the lines of the functions and the functions of the database that tests reach',
  ),
  'S3-Z1': INTRODUCTION,
};

const WAITING = [
  'contract/conversations/conversations: limit: waits for what comes next',
  'contract/conversations/waits: 200 calls wait together',
];

const UPDATES = [
  'contract/conversations/changes: effect: an edit ends a wait',
  'contract/conversations/changes: effect: a deletion ends a wait',
  'contract/conversations/changes: effect: whoever asks again learns what was edited',
];

const conversations: Record<string, Evidence> = {
  'S4-0.1': INTRODUCTION,
  'S4-O1': like('S4-*'),
  'S4-O2': like('S4-*'),
  'S4-O3': by(...WAITING, ...UPDATES, 'realtime/topics: brings members the whole message with its author'),
  'S4-3.11': like('S4-3.*'),
  'S4-3.12': by(...WAITING),
  'S4-4.2': like('S4-3.*'),
  'S4-4.3': by(...WAITING, ...UPDATES),
  'S4-I2': like('S4-3.7'),
  'S4-O4': like('S4-*'),
  'S4-1.1': like('S4-*'),
  'S4-2.1': because('TypeScript'),
  'S4-4.1': by('contract/curl: the happy path of %s goes through, by each of its endpoints'),
  'S4-I3': by('db/receipts: tell the others what has arrived and what was read'),
  'S4-I4': by('db/presence: somebody who beats'),
  'S4-Z1': INTRODUCTION,
  'S4-Z2': INTRODUCTION,
};

export const evidence: Readonly<Record<string, Evidence>> = {
  ...chatrooms,
  ...rooms,
  ...connectbest,
  ...conversations,
};
