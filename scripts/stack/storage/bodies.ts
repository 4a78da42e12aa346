/** Reads request bodies: small ones as JSON, large ones as streams that outlive their own failure. */
import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import busboy from 'busboy';
import { invalidRequest } from './errors.ts';

const LARGEST_JSON = 1024 * 1024;
const FORM_LIMITS = { files: 1, fields: 50, fieldNameSize: 200, fieldSize: 1024 * 1024, parts: 60 };

const refusedBody = (message: string, statusCode = 400) =>
  invalidRequest(message, 'FastifyError', statusCode);

export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'];
  if (type === undefined && !hasBody(request)) return undefined;
  const essence = (type ?? '').split(';')[0]?.trim().toLowerCase();
  if (essence !== 'application/json') throw refusedBody(`Unsupported Media Type: ${type}`, 415);

  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of detach(request)) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_JSON) throw refusedBody('Request body is too large', 413);
    chunks.push(chunk as Buffer);
  }
  if (size === 0) throw refusedBody("Body cannot be empty when content-type is set to 'application/json'");
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw refusedBody("Body is not valid JSON but content-type is set to 'application/json'");
  }
}

/** The announced length of the body; `undefined` when it comes in chunks. */
export function contentLength(request: IncomingMessage): number | undefined {
  const text = request.headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || (contentLength(request) ?? 0) > 0;
}

export class Truncated extends Error {
  override name = 'Truncated';

  constructor() {
    super('the client went away before the end of the body');
  }
}

/**
 * The body as a stream of its own. Destroying it leaves the connection open, so that an answer can still be
 * sent; and it fails when the connection ends before the body does, which the request alone does not tell.
 */
export function detach(request: IncomingMessage): Readable {
  const body = new PassThrough();
  // Whoever reads it hears of a failure anyway; nobody may be reading yet.
  body.on('error', () => {});
  connect(request, body, () => body.destroy(new Truncated()));
  return body;
}

function connect(request: IncomingMessage, target: Writable, truncated: () => void): void {
  const onClose = () => {
    if (!request.readableEnded) truncated();
  };
  if (request.destroyed) {
    onClose();
    return;
  }
  request.once('close', onClose);
  request.once('error', onClose);
  target.once('close', () => request.unpipe(target));
  request.pipe(target);
}

/** The first file of a form, the fields sent before it, and the end of the whole form. */
export interface Form {
  fields: Record<string, string>;
  file: Readable;
  type: string;
  /** Settles when the form is complete, after `file` has been read. */
  finished: Promise<void>;
  /** Stops reading; the rest of the body is thrown away. */
  abandon(): void;
}

export async function readForm(request: IncomingMessage): Promise<Form> {
  const parser = createParser(request);
  const fields: Record<string, string> = Object.create(null);
  const file = new PassThrough();
  // The parser's own error reaches the file through its source.
  file.on('error', () => {});
  const abandon = () => {
    file.destroy();
    parser.destroy();
  };

  const finished = new Promise<void>((resolve, reject) => {
    parser.once('close', resolve);
    parser.on('error', (error: Error) => reject(refusedForm(error)));
  });
  const found = new Promise<string | undefined>((resolve) => {
    parser.on('field', (name, value) => {
      fields[name] = value;
    });
    parser.on('file', (_name, source, info) => {
      source.on('error', (error) => file.destroy(refusedForm(error)));
      source.pipe(file);
      // What follows the file comes too late.
      parser.removeAllListeners('field');
      resolve(info.mimeType);
    });
    finished.then(
      () => resolve(undefined),
      () => resolve(undefined),
    );
  });

  connect(request, parser, () => parser.destroy(new Truncated()));
  const type = await found;
  if (type === undefined) {
    await finished;
    throw invalidRequest('No content provided');
  }
  return { fields, file, type, finished, abandon };
}

function createParser(request: IncomingMessage): busboy.Busboy {
  try {
    return busboy({ headers: request.headers, limits: FORM_LIMITS, defParamCharset: 'utf8' });
  } catch (error) {
    throw refusedForm(error as Error);
  }
}

function refusedForm(error: Error): Error {
  return error instanceof Truncated ? error : invalidRequest(`The form cannot be read: ${error.message}`);
}
