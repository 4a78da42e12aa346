/** Small HTTP answers and bodies. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  answer(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

export function answerText(response: ServerResponse, status: number, body: string): void {
  answer(response, status, 'text/plain; charset=utf-8', body);
}

export function answerEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Answers an upgrade that is refused, and closes its socket. */
export function refuseUpgrade(socket: Duplex, status: string, body = ''): void {
  const type = body ? 'content-type: application/json; charset=utf-8\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status}\r\n${type}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

export class BodyTooLarge extends Error {
  override name = 'BodyTooLarge';
}

/** Stops reading at the limit, but leaves the connection so that the refusal can be answered. */
export function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > mostBytes) {
        request.pause();
        reject(new BodyTooLarge());
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the request ended early')));
  });
}
