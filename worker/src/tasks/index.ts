/** Every task of the worker. */
import type { Task } from '../task.ts';
import { linkPreviews } from './link-previews.ts';
import { scheduledMessages } from './scheduled-messages.ts';

export const tasks: Task[] = [linkPreviews, scheduledMessages];
