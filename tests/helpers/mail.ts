/** What Auth has mailed, as MailDev keeps it: the link and the code in each letter. */
import { expect } from 'vitest';
import { stack } from './stack.ts';

export interface Letter {
  subject: string;
  /** The first link. */
  link: string;
  /** The six digits, when the letter has some. */
  code: string;
}

interface Mail {
  subject: string;
  html: string;
  to: { address: string }[];
}

/** The letter with this place among those to the address, once it is there; the first by default. */
export async function letterTo(address: string, place = 1): Promise<Letter> {
  let letters: Mail[] = [];
  await expect
    .poll(
      async () => {
        const response = await fetch(`${stack.mailUrl}/email`);
        const mails = (await response.json()) as Mail[];
        letters = mails.filter(({ to }) => to.some((receiver) => receiver.address === address));
        return letters.length;
      },
      { message: `letters to ${address}` },
    )
    .toBeGreaterThanOrEqual(place);
  const { subject, html } = letters[place - 1] as Mail;
  const link = /href="([^"]+)"/.exec(html)?.[1] ?? '';
  const text = html.replaceAll(/<[^>]*>/g, ' ');
  return { subject, link: link.replaceAll('&amp;', '&'), code: /\b(\d{10})\b/.exec(text)?.[1] ?? '' };
}

/** Opens a link of a letter as a browser would, and returns where it leads. */
export async function follow(link: string): Promise<URL> {
  const response = await fetch(link, { redirect: 'manual' });
  const location = response.headers.get('location');
  if (!location) throw new Error(`unable to follow ${link}; it answers ${response.status}`);
  return new URL(location);
}
