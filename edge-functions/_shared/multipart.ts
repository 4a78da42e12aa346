/** Reads a form part by part as it comes: what nobody reads yet waits with its sender, not in memory. */
import { Readable } from 'node:stream';
// @ts-types="@types/busboy"
import busboy from 'busboy';
import { ApiError } from './errors.ts';
import { counted } from './rules.ts';

export interface FilePart {
  kind: 'file';
  field: string;
  /** As the sender has it. */
  name: string;
  /** As the sender has it; what is in the file may be something else. */
  type: string;
  /** What is not read of it before the next part is lost. */
  content: AsyncIterator<Uint8Array>;
}

export interface FieldPart {
  kind: 'field';
  field: string;
  value: string;
}

type Part = FilePart | FieldPart;

export interface FormRules {
  /** The one field that takes files; some clients add `[]` to its name. */
  field: string;
  maxFiles: number;
}

const LIMITS = { fields: 20, fieldNameSize: 100, fieldSize: 1024, headerPairs: 50 };

/** How long, and how much, of a refused form is still read, so that its sender hears the answer. */
const UNWANTED = { milliseconds: 10_000, bytes: 2 ** 30 };

/**
 * The parts of the form in this request, in their order. Whoever stops in the middle, the rest is read to nowhere.
 * @throws ApiError for what is no form, or has more files, or files elsewhere
 */
export async function* readForm(
  request: Request,
  { field: wanted, maxFiles }: FormRules,
): AsyncGenerator<Part, void> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(type) || !request.body) {
    throw new ApiError('unsupported_media_type', 415, 'unable to answer; send multipart/form-data');
  }
  const parser = openParser(type, maxFiles);
  const source = Readable.fromWeb(request.body as never);
  const parts: Part[] = [];
  let failure: unknown;
  let isDone = false;
  let wake = () => {};
  const settle = (end: () => void) => {
    end();
    wake();
  };

  parser.on('field', (field, value, { nameTruncated, valueTruncated }) =>
    settle(() => {
      if (nameTruncated || valueTruncated) failure ??= broken(`${field} is too long`);
      parts.push({ kind: 'field', field, value });
    }),
  );
  parser.on('file', (field, stream, { filename, mimeType }) =>
    settle(() => {
      if (field !== wanted && field !== `${wanted}[]`) failure ??= misplaced(field);
      // Whoever reads it hears of it; nobody may be reading yet.
      stream.on('error', () => {});
      parts.push({ kind: 'file', field, name: filename ?? '', type: mimeType, content: chunksOf(stream) });
    }),
  );
  parser.on('filesLimit', () =>
    settle(() => {
      const most = `at most ${counted(maxFiles, 'file')}`;
      failure ??= new ApiError('too_many_files', 400, `unable to answer; it takes ${most}`, {
        details: [{ field: wanted, message: `must be ${most}` }],
      });
    }),
  );
  parser.on('fieldsLimit', () => settle(() => (failure ??= broken('it has too many fields'))));
  parser.on('error', (error: Error) => settle(() => (failure ??= broken(error.message))));
  parser.on('close', () => settle(() => (isDone = true)));
  source.on('error', (cause) => {
    settle(() => (failure ??= broken('it breaks off', cause)));
    parser.destroy(cause);
  });
  source.pipe(parser);

  try {
    while (true) {
      if (failure) throw failure;
      const part = parts.shift();
      if (part) {
        yield part;
        if (part.kind === 'file') await readAway(part.content);
      } else if (isDone) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    if (!isDone) await discard(source, parser);
  }
}

function openParser(type: string, maxFiles: number): busboy.Busboy {
  try {
    const limits = { ...LIMITS, files: maxFiles };
    return busboy({ headers: { 'content-type': type }, limits, defParamCharset: 'utf8' });
  } catch (error) {
    throw broken((error as Error).message);
  }
}

async function discard(source: Readable, parser: busboy.Busboy): Promise<void> {
  source.unpipe(parser);
  parser.destroy();
  let left = UNWANTED.bytes;
  const timer = setTimeout(() => source.destroy(), UNWANTED.milliseconds);
  try {
    for await (const chunk of source) {
      left -= (chunk as Uint8Array).length;
      if (left < 0) break;
    }
  } catch {
    // Its sender has gone, or took too long.
  } finally {
    clearTimeout(timer);
  }
}

async function readAway(content: AsyncIterator<Uint8Array>): Promise<void> {
  while (!(await content.next()).done);
}

async function* chunksOf(stream: Readable): AsyncGenerator<Uint8Array, void> {
  try {
    yield* stream;
  } catch (cause) {
    throw broken((cause as Error).message, cause);
  }
}

const misplaced = (field: string) =>
  new ApiError('invalid_input', 400, `unable to read the form; ${field} takes no files`, {
    details: [{ field, message: 'takes no files' }],
  });

const broken = (reason: string, cause?: unknown) =>
  new ApiError('invalid_input', 400, `unable to read the form; ${reason}`, { cause });
