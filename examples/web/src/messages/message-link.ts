/** The address of one message, to pass on. */
import { addressOf } from '../place.ts';

export const linkTo = (channel: Parameters<typeof addressOf>[0], messageId: string): string =>
  location.href.split('#')[0] + addressOf(channel, { message: messageId });
