/** The stories by the names of their documents. */
import type { Chapter } from '../story.ts';
import { chatrooms } from './chatrooms.ts';
import { connectbest } from './connectbest.ts';
import { conversations } from './conversations.ts';
import { groups } from './groups.ts';
import { rooms } from './rooms.ts';
import { union } from './union.ts';

export const stories: Readonly<Record<string, Chapter[]>> = {
  chatrooms,
  connectbest,
  conversations,
  groups,
  rooms,
  api: union,
};
