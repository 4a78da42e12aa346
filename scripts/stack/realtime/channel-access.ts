/** What one channel may do: decided by the policies once per token, as on the real server. */
import type { Authorizer, Extension, Grants } from './authorization.ts';
import { CANNOT_CONNECT, DatabaseUnavailable } from './database.ts';
import type { JoinSettings } from './join-settings.ts';
import type { Log } from './log.ts';
import { type Session, TokenError, type TokenVerifier } from './tokens.ts';

export interface AccessOptions {
  name: string;
  settings: JoinSettings;
  session: Session;
  readable: Grants;
  /** JSON of the request headers that policies may see. */
  headers: string;
}

export interface AccessServices {
  authorizer: Authorizer;
  tokens: TokenVerifier;
  log: Log;
}

/** A token or a policy that ends the channel; the text goes to the client. */
export class AccessLost extends Error {
  override name = 'AccessLost';
}

export class ChannelAccess {
  private readonly options: AccessOptions;
  private readonly services: AccessServices;
  private current: Session;
  private readable: Grants;
  /** Unknown until the first message that needs it. */
  private writable: Grants | undefined;

  constructor(options: AccessOptions, services: AccessServices) {
    this.options = options;
    this.services = services;
    this.current = options.session;
    this.readable = options.readable;
  }

  get session(): Session {
    return this.current;
  }

  mayRead(extension: Extension): boolean {
    return this.readable[extension] === true;
  }

  /** Calls `then` at once when the answer is known. */
  whenWritable(extension: Extension, then: (allowed: boolean) => void): Promise<void> | undefined {
    if (!this.options.settings.isPrivate) then(true);
    else if (this.writable) then(this.writable[extension] === true);
    else return this.probeWritable(extension).then(() => then(this.writable?.[extension] === true));
    return undefined;
  }

  /**
   * Takes over a newer token.
   * @throws AccessLost
   */
  async renew(token: string): Promise<void> {
    try {
      this.current = await this.services.tokens.verify(token);
      if (this.options.settings.isPrivate) await this.askAgain();
    } catch (error) {
      if (error instanceof TokenError) {
        throw new AccessLost(error.fault === 'signature' ? ':signature_error' : error.message);
      }
      if (error instanceof DatabaseUnavailable) {
        throw new AccessLost(error.code === 'QueryCanceled' ? error.message : CANNOT_CONNECT);
      }
      throw error;
    }
  }

  private async askAgain(): Promise<void> {
    const { name, headers } = this.options;
    const before = this.readable;
    const extensions: Extension[] = before.presence === undefined ? ['broadcast'] : ['broadcast', 'presence'];
    this.readable = await this.services.authorizer.mayRead(this.current, headers, name, extensions);
    this.writable = undefined;
    if (!this.mayRead('broadcast') && !this.mayRead('presence')) {
      throw new AccessLost(`You do not have permissions to read from this Channel topic: ${name}`);
    }
    if (extensions.some((extension) => before[extension] && !this.mayRead(extension))) {
      throw new AccessLost(`You no longer have permission to read from this Channel topic: ${name}`);
    }
  }

  /** Asks for both grants at once, the first time one of them is needed. */
  private async probeWritable(extension: Extension): Promise<void> {
    const { authorizer, log } = this.services;
    const { name, headers, settings } = this.options;
    try {
      if (extension === 'presence' && !settings.presenceEnabled) {
        const read = await authorizer.mayRead(this.current, headers, name, ['presence']);
        this.readable = { ...this.readable, ...read };
      }
      this.writable = await authorizer.mayWrite(this.current, headers, name);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      log('authorization_unavailable', { topic: name, code: error.code });
    }
  }
}
