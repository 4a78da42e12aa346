/** Receives mail over SMTP, as far as one client on loopback needs it. */
import { createServer, type Server } from 'node:net';

export interface Mail {
  to: string;
  body: string;
}

export function smtpServer(received: (mail: Mail) => void): Server {
  return createServer((socket) => {
    let pending = '';
    let to = '';
    let message: string | undefined;
    const reply = (line: string) => socket.write(`${line}\r\n`);
    const take = (line: string) => {
      if (message !== undefined) {
        if (line !== '.') {
          message += `${line.replace(/^\.\./, '.')}\r\n`;
          return;
        }
        received({ to, body: decode(message) });
        message = undefined;
        return reply('250 accepted');
      }
      const command = line.slice(0, 4).toUpperCase();
      if (command === 'QUIT') {
        reply('221 bye');
        return socket.end();
      }
      if (command === 'DATA') {
        message = '';
        return reply('354 go on');
      }
      if (command === 'RCPT') to = (/<([^>]*)>/.exec(line)?.[1] ?? '').toLowerCase();
      return reply('250 fine');
    };
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const lines = (pending + chunk).split('\r\n');
      pending = lines.pop() ?? '';
      lines.forEach(take);
    });
    reply('220 recordings');
  });
}

/** The text of a message with one part. */
function decode(message: string): string {
  const end = message.indexOf('\r\n\r\n');
  const head = message.slice(0, end);
  const body = message.slice(end + 4);
  if (/^content-transfer-encoding: base64/im.test(head)) return Buffer.from(body, 'base64').toString();
  if (!/^content-transfer-encoding: quoted-printable/im.test(head)) return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
