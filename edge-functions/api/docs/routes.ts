/** The page that shows the description and tries requests: Swagger UI, served from here so that it needs no other host. */
import { type Context, Hono } from 'hono';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A document that has a description, in addresses and for people. */
interface Choice {
  name: string;
  title: string;
}

const page = (choices: Choice[]) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Confab API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="stylesheet" href="docs/page.css">
  </head>
  <body>
    <nav aria-label="Documents">
      ${choices.map(({ name, title }) => `<a href="?document=${name}">${title}</a>`).join('\n      ')}
    </nav>
    <main id="description"><noscript>This page needs JavaScript; <a href="openapi.json">openapi.json</a> does not.</noscript></main>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`;

const SCRIPT = `const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
const links = [...document.querySelectorAll('nav a')];
const chosen = links.find((link) => link.search === location.search) ?? links[0];
chosen.setAttribute('aria-current', 'page');
const name = new URLSearchParams(chosen.search).get('document');
SwaggerUIBundle({
  url: name === 'api' ? 'openapi.json' : 'openapi/' + name + '.json',
  dom_id: '#description',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

const STYLE = `body { margin: 0; background: #fafafa; }
.dark-mode body { background: #1c2022; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; max-width: 1420px; margin: 0 auto; padding: 1rem 20px 0; font: 600 1rem/1.5 sans-serif; }
nav a { color: #3b4151; padding: 0.25rem 0; text-decoration: none; border-bottom: 2px solid transparent; }
nav a:hover, nav a[aria-current] { border-color: currentColor; }
.dark-mode nav a { color: #e4e6e6; }
.swagger-ui .info { margin: 1.5rem 0; }
.swagger-ui .scheme-container { padding: 1rem 0; }
.swagger-ui .responses-table tr > .response-col_links { display: none; }
.swagger-ui .highlight-code * { word-break: normal !important; overflow-wrap: anywhere !important; }
@media (max-width: 40rem) {
  .swagger-ui .responses-table tr, .swagger-ui .responses-table td { display: block; padding: 0.4rem 0; }
  .swagger-ui .responses-table thead, .swagger-ui .response-control-media-type { display: none; }
  .swagger-ui .opblock-body select { min-width: 0; }
}
`;

export function docsRoutes(choices: Choice[]): Hono {
  const html = page(choices);
  return new Hono()
    .get('/', (c) => {
      // The page names its parts relative to itself, as it does not know where functions are mounted.
      if (new URL(c.req.url).pathname.endsWith('/')) return c.redirect('../docs', 301);
      c.header('Content-Security-Policy', POLICY);
      return c.html(html);
    })
    .get('/page.js', (c) => c.body(SCRIPT, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))
    .get('/page.css', (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
    .get('/swagger-ui-bundle.js', async (c) =>
      unpacked(c, (await readSwaggerUi()).script, 'text/javascript; charset=utf-8'),
    )
    .get('/swagger-ui.css', async (c) =>
      unpacked(c, (await readSwaggerUi()).style, 'text/css; charset=utf-8'),
    );
}

/** Only when somebody looks at the page: everybody else's requests should not wait for it. */
async function readSwaggerUi(): Promise<{ script: string; style: string }> {
  return (await import('./swagger-ui.json', { with: { type: 'json' } })).default;
}

function unpacked(c: Context, base64: string, type: string): Response {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  c.header('Content-Type', type);
  c.header('Cache-Control', 'public, max-age=86400');
  c.header('Vary', 'Accept-Encoding', { append: true });
  if (/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) {
    c.header('Content-Encoding', 'gzip');
    return c.body(bytes);
  }
  return c.body(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')));
}
