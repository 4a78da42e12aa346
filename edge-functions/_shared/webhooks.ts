/** Whether a call comes from our own Auth: signed as the Standard Webhooks specification asks (a secret is `v1,whsec_…`). */

/** How far the clocks may differ, and how long a call can be played again. */
const SECONDS = 300;

export async function isSigned(secrets: string[], headers: Headers, body: string): Promise<boolean> {
  const id = headers.get('webhook-id') ?? '';
  const timestamp = headers.get('webhook-timestamp') ?? '';
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < SECONDS)) return false;
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = (headers.get('webhook-signature') ?? '').split(/[ ,]+/).filter((part) => part !== 'v1');
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey(
      'raw',
      fromBase64(secret.replace(/^v1,whsec_/, '')),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['verify'],
    );
    for (const signature of signatures) {
      if (await crypto.subtle.verify('HMAC', key, fromBase64(signature), content)) return true;
    }
  }
  return false;
}

/** No bytes for what is no base64: no signature is like that. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
