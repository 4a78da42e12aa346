/** Which documents there are, and where each answers, in the order of the inventory, whose ids begin with S0 to S4. */
export const MOUNTS = {
  chatrooms: '/chatrooms/api',
  groups: '/groups/api',
  rooms: '/rooms/api',
  connectbest: '/api',
  conversations: '/conversations',
};
export type DocumentName = keyof typeof MOUNTS;
export const DOCUMENTS = Object.keys(MOUNTS) as DocumentName[];
