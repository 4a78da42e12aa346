/** Uploads as an app makes them: forms, what is uploaded in them, and what becomes of it. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { database } from '../helpers/database.ts';
import { type Person, signUp } from '../helpers/people.ts';
import { call } from './api.ts';

export interface Attachment {
  id: string;
  name: string;
  url: string;
  thumbnailUrl: string | null;
  size: number;
  type: string;
  uploadedAt: string;
}

export type Part = [field: string, content: string | Blob, name?: string];

export const MB = 2 ** 20;

export const form = (parts: Part[]): FormData => {
  const data = new FormData();
  for (const [field, content, name] of parts) {
    if (typeof content === 'string') data.append(field, content);
    else data.append(field, content, name ?? 'a.txt');
  }
  return data;
};

export const upload = (person: Person | undefined, parts: Part[], path = '/api/upload') =>
  call<{ attachments: Attachment[] }>('POST', path, { token: person?.token, raw: form(parts) });

export const text = (content = 'hello') => new Blob([content]);

export async function uploadOne(
  person: Person,
  parts: Part[] = [['files', text(), 'a.txt']],
): Promise<Attachment> {
  const { status, body } = await upload(person, parts);
  expect(status).toBe(200);
  const [file] = body.attachments;
  if (!file) throw new Error('unable to go on; nothing was uploaded');
  return file;
}

/** A private channel of Ada and Bob. */
export async function pair() {
  const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
  return { ada, bob, channel: await channelOf(ada, [bob]) };
}

export async function channelOf(admin: Person, members: Person[] = []): Promise<string> {
  const { data } = await admin.supabase
    .rpc('create_channel', {
      slug: `c-${randomUUID()}`,
      kind: 'private',
      member_ids: members.map(({ id }) => id),
    })
    .single()
    .throwOnError();
  return data.id;
}

export async function send(person: Person, channel: string, file: Pick<Attachment, 'id'>, body = 'look') {
  const { data } = await person.supabase
    .rpc('send_message', { channel_id: channel, body, file_ids: [file.id] })
    .single()
    .throwOnError();
  return data;
}

export const refusedSend = async (person: Person, channel: string, file: Attachment) =>
  (await person.supabase.rpc('send_message', { channel_id: channel, file_ids: [file.id] })).error?.code;

export const pathOf = async ({ id }: Pick<Attachment, 'id'>): Promise<string> => {
  const [row] = await database`select path from chat.files where id = ${id}`;
  return row?.path;
};

/** What there is of a person's uploads. */
export async function leftOf({ id }: Person) {
  const [row] = await database`
    select (select count(*)::int from chat.files where uploader_id = ${id}) as rows,
           (select count(*)::int from storage.objects where bucket_id = 'files' and (name like ${`${id}/%`} or name in (select path from chat.files where uploader_id = ${id}))) as objects`;
  return { ...row };
}
export const NOTHING = { rows: 0, objects: 0 };

export const contentOf = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
