/** As much of jsdom as the tests of the hooks need; it brings no types itself. */
declare module 'jsdom' {
  export class JSDOM {
    constructor(html: string);
    readonly window: Window;
  }
}
