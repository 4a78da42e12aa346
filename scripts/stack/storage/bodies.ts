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

export function readForm(request: IncomingMessage): Promise<Form> {
  return new Promise((resolve, reject) => {
    let parser: busboy.Busboy;
    try {
      parser = busboy({ headers: request.headers, limits: FORM_LIMITS, defParamCharset: 'utf8' });
    } catch (error) {
      reject(invalidRequest(`The form cannot be read: ${(error as Error).message}`));
      return;
    }
    const fields: Record<string, string> = Object.create(null);
    let hasFile = false;
    const finished = new Promise<void>((done, failed) => {
      parser.once('close', done);
      parser.on('error', (error: Error) => {
        const refusal =
          error instanceof Truncated ? error : invalidRequest(`The form cannot be read: ${error.message}`);
        failed(refusal);
        reject(refusal);
      });
    });
    // Whoever waits hears of a failure through the file first.
    finished.catch(() => {});

    parser.on('field', (name, value) => {
      if (!hasFile) fields[name] = value;
    });
    parser.on('file', (_name, file, info) => {
      hasFile = true;
      // A failure of the form reaches the file as well; without a listener it would end the process.
      file.on('error', () => {});
      const abandon = () => {
        request.unpipe(parser);
        file.destroy();
        parser.destroy();
      };
      resolve({ fields, file, type: info.mimeType, finished, abandon });
    });
    parser.once('close', () => {
      if (!hasFile) reject(invalidRequest('No content provided'));
    });
    connect(request, parser, () => parser.destroy(new Truncated()));
  });
}
