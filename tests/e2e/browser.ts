/** The browser of this machine, and people in front of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Network } from '../helpers/outage.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const candidates = [
  process.env.CONFAB_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = candidates.find((path) => path && existsSync(path));

/** False where the browser tests have to be left out; says so, and is never false in CI. */
export const hasBrowser = Boolean(executablePath || process.env.CI);
if (!hasBrowser) {
  process.stderr.write(
    'The browser tests are skipped: there is no Chromium; install it, or name it in CONFAB_CHROMIUM.\n',
  );
}

export async function launch(...args: string[]): Promise<Browser> {
  if (!executablePath) {
    throw new Error('unable to start a browser; install Chromium, or name it in CONFAB_CHROMIUM');
  }
  // Chromium refuses its sandbox to root.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, chromiumSandbox: !isRoot, args });
}

/** A browser that reaches the stack through a network that can be cut. */
export const launchBehind = (network: Network): Promise<Browser> =>
  launch(`--host-resolver-rules=MAP ${new URL(stack.apiUrl).host} ${new URL(network.url).host}`);

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;
export const DESKTOP = { viewport: { width: 1280, height: 800 } } as const;

/** The way to what is one's own; the door's "Create account" is another. */
export const accountButton = (page: Page) => page.getByRole('button', { name: /Account$/ });

/** Signs somebody up in a window of their own. */
export async function newPerson(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions = DESKTOP,
): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  // The development server compiles the app for whoever comes first.
  await page.goto(url, { timeout: 90_000 });
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail').fill(uniqueEmail(name));
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await accountButton(page).waitFor();
  return page;
}

export async function signOut(page: Page): Promise<void> {
  await accountButton(page).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
}

/** Keeps a picture of the page in the folder that E2E_SCREENSHOTS names, if it does. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.E2E_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}
