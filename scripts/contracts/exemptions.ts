/** Which promises an endpoint does not make, and why; everything else has to be shown by a test. */

import type { Kind } from './contract-tests.ts';
import type { DocumentName } from './mounts.ts';

/** Why an endpoint has no tests of a kind, or of a status. */
export type Excuses = Partial<Record<Kind | number, string>>;

/** By the endpoints' names. */
export type Exemptions = Partial<Record<string, Excuses>>;

const PUBLIC = 'open to everybody';
const BOUNDED_BY_ALL =
  'it takes nothing and returns a fixed amount; the limits of all endpoints are tested once';
const READS = 'reading changes nothing';

const connectbest: Exemptions = {
  'POST /api/auth/register': { permission: PUBLIC },
  'POST /api/auth/verify-email': { permission: PUBLIC },
  'POST /api/auth/resend-verification': { permission: PUBLIC },
  'POST /api/auth/forgot-password': { permission: PUBLIC },
  'POST /api/auth/reset-password': { permission: PUBLIC },
  'GET /api/auth/me': { limit: BOUNDED_BY_ALL, effect: READS },
  'POST /api/auth/logout': { limit: BOUNDED_BY_ALL },
  'GET /api/health': { permission: PUBLIC },
  'GET /api/users/search': { effect: READS },
  'GET /api/users/:userId': { limit: BOUNDED_BY_ALL, effect: READS },
  'GET /api/chat/channels': { effect: READS },
  'GET /api/chat/channels/:channelId': { effect: READS },
  'GET /api/chat/search': { effect: READS },
  'GET /api/admin/stats': { limit: BOUNDED_BY_ALL, effect: READS },
  'GET /api/admin/users': { effect: READS },
  'GET /api/notifications/settings': { limit: BOUNDED_BY_ALL, effect: READS },
  'GET /api/notifications': { effect: READS },
  'GET /api/dms': { effect: READS },
};

const chatrooms: Exemptions = {
  'GET /api/users/:id': { limit: BOUNDED_BY_ALL, effect: READS },
  'GET /api/chatrooms': { error: 'a list is never missing', effect: READS },
  'GET /api/notifications': { error: 'a list is never missing', effect: READS },
  'GET /api/chatrooms/:id/files': { effect: READS },
  'GET /api/search/users': { effect: READS },
  'GET /api/search/messages': { effect: READS },
  'GET /api/admin/stats': { error: 'figures are never missing', limit: BOUNDED_BY_ALL, effect: READS },
};

const groups: Exemptions = {
  'GET /api/users/:id': { limit: BOUNDED_BY_ALL, effect: READS },
  'DELETE /api/users/:id': { limit: BOUNDED_BY_ALL },
  'POST /api/messages': { 404: 'it says 400 of a receiver whom there is not, as the document does' },
  'GET /api/messages/:conversationId': { effect: READS },
  'GET /api/groups/:id': { limit: BOUNDED_BY_ALL, effect: READS },
  'GET /api/channels/:id': { limit: BOUNDED_BY_ALL, effect: READS },
  'GET /api/groups': { effect: READS },
  'GET /api/channels': { effect: READS },
  'GET /api/status/:userId': { limit: BOUNDED_BY_ALL, effect: READS },
  'GET /api/notifications': { effect: READS },
};

const rooms: Exemptions = {
  'POST /api/auth/signup': { permission: PUBLIC },
  'GET /api/auth/logout': { limit: BOUNDED_BY_ALL },
  'GET /api/files/:fileId': { limit: BOUNDED_BY_ALL },
  'GET /api/files': { effect: READS },
};

const conversations: Exemptions = {
  'POST /register': { permission: PUBLIC },
  'GET /users': { error: 'a list is never missing', effect: READS },
  'GET /users/{userId}': { limit: BOUNDED_BY_ALL, effect: READS },
  'DELETE /users/{userId}': { limit: BOUNDED_BY_ALL },
  'DELETE /conversations/{conversationId}/message/{messageId}': { limit: BOUNDED_BY_ALL },
};

export const exemptions: Record<DocumentName, Exemptions> = {
  chatrooms,
  groups,
  rooms,
  connectbest,
  conversations,
};
