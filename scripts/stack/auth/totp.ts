/** Time-based one-time passwords as authenticator apps make them (RFC 6238 with its defaults). */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { toString as toQrCode } from 'qrcode';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const PERIOD = 30;
/** Steps that a clock may be ahead or behind. */
const SKEW = 1;

/** 160 random bits in base32. */
export const newSecret = (): string => Array.from(randomBytes(32), (byte) => ALPHABET[byte % 32]).join('');

export function isTotp(secret: string, code: string, now = Date.now()): boolean {
  if (!/^\d{6}$/.test(code)) return false;
  const step = Math.floor(now / 1000 / PERIOD);
  for (let skew = -SKEW; skew <= SKEW; skew++) {
    if (timingSafeEqual(Buffer.from(totp(secret, step + skew)), Buffer.from(code))) return true;
  }
  return false;
}

function totp(secret: string, step: number): string {
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** What an authenticator app reads, as text and as a picture. */
export async function provisioning(secret: string, issuer: string, account: string) {
  const query = `algorithm=SHA1&digits=6&issuer=${label(issuer)}&period=${PERIOD}&secret=${secret}`;
  const uri = `otpauth://totp/${label(issuer)}:${label(account)}?${query}`;
  return { uri, qr_code: await toQrCode(uri, { type: 'svg' }) };
}

const label = (text: string) => encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%40', '@');
