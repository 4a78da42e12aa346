/** The documents that are served beside ConnectBest; where they share a path, the earlier one is asked first. */
import type { Dialect } from '../dialect.ts';
import { chatrooms } from './chatrooms.ts';
import { conversations } from './conversations.ts';
import { groups } from './groups.ts';
import { rooms } from './rooms.ts';

// Rooms before groups: who has no token reads messages too.
export const DIALECTS: Dialect[] = [chatrooms, rooms, groups, conversations];
