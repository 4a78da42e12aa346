/** What the API mails: one function for each template in supabase/templates, which npm run gen packs. */
import { escapeHtml } from '../_shared/html.ts';
import type { Mail } from '../_shared/mail.ts';
import templates from '../_shared/mail-templates.json' with { type: 'json' };

/**
 * It says nothing that the person who registered could choose, such as a name: anybody can register somebody
 * else's address, and would write to them through us.
 */
export const verificationMail = (appName: string, code: string): Mail =>
  fill(templates.verification, { appName, code });

export const passwordResetMail = (appName: string, link: string): Mail =>
  fill(templates['password-reset'], { appName, link });

export const passwordChangedMail = (appName: string): Mail =>
  fill(templates['password-changed'], { appName });

export const secondFactorMail = (appName: string, isOn: boolean): Mail =>
  fill(templates['second-factor'], {
    appName,
    change: isOn
      ? `From now on ${appName} also asks for a code that is sent to your phone when you sign in.`
      : `${appName} no longer asks for a code from your phone when you sign in: your password is enough.`,
  });

export const suspensionMail = (appName: string, reason: string): Mail =>
  fill(templates.suspension, { appName, reason });

function fill(template: Mail, values: Record<string, string>): Mail {
  const put = (text: string, write: (value: string) => string) =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => write(values[name] ?? ''));
  const asIs = (value: string) => value;
  return {
    subject: put(template.subject, asIs),
    text: put(template.text, asIs),
    html: put(template.html, escapeHtml),
  };
}
