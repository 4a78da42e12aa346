/** What the app is configured by. */
interface ImportMetaEnv {
  readonly VITE_CONFAB_URL?: string;
  readonly VITE_CONFAB_KEY?: string;
}
