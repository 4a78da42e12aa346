/** Every task of the worker. */
import type { Task } from '../task.ts';
import { collectObjects } from './collect-objects.ts';
import { expireFiles } from './expire-files.ts';
import { linkPreviews } from './link-previews.ts';
import { processFiles } from './process-files.ts';
import { reconcileFiles } from './reconcile-files.ts';
import { scheduledMessages } from './scheduled-messages.ts';
import { suspensionMails } from './suspension-mails.ts';

export const tasks: Task[] = [
  collectObjects,
  expireFiles,
  linkPreviews,
  processFiles,
  reconcileFiles,
  scheduledMessages,
  suspensionMails,
];
