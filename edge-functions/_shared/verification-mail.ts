/** The mail with the code that verifies an address. */
import { html } from 'hono/html';
import type { Mail } from './mail.ts';

interface Content {
  appName: string;
  code: string;
}

/**
 * It says nothing that the person who registered could choose, such as a name: anybody can register somebody
 * else's address, and would write to them through us.
 */
export async function verificationMail({ appName, code }: Content): Promise<Mail> {
  const subject = `Confirm your e-mail address for ${appName}`;
  const purpose = `Enter this code in ${appName} within 10 minutes to confirm that this e-mail address is yours.`;
  const caution =
    'Give it to nobody. If you did not ask for it, ignore this mail: without the code nothing happens.';
  return {
    subject,
    text: `${purpose}\n\n    ${code}\n\n${caution}\n`,
    html: String(await page(subject, purpose, code, caution)),
  };
}

/** One column that fits any phone. Colours are set for both schemes, as some programs invert what names only one. */
const page = (title: string, purpose: string, code: string, caution: string) =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #16181d !important; color: #e8eaed !important; }
  .code { background: #262a33 !important; color: #ffffff !important; }
  .small { color: #a6adba !important; }
}
</style>
</head>
<body class="page" style="margin: 0; background: #ffffff; color: #1c1e21">
<div style="max-width: 28rem; margin: 0 auto; padding: 2rem 1.25rem; font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif">
<p style="margin: 0">${purpose}</p>
<p class="code" style="margin: 1.5rem 0; padding: 1rem 0; border-radius: 0.5rem; background: #f0f2f5; color: #1c1e21; font: bold 2rem/1.2 ui-monospace, Menlo, Consolas, monospace; letter-spacing: 0.2em; text-align: center">${code}</p>
<p class="small" style="margin: 0; color: #5f6672; font-size: 0.875rem">${caution}</p>
</div>
</body>
</html>
`;
