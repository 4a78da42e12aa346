/** Texts of people inside HTML. */
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (value: string): string =>
  value.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
