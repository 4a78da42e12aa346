/** What clients may know of the configuration. */
import type { Config } from './config.ts';
import { ABSENT } from './google.ts';

export function settings(config: Config): object {
  return {
    external: {
      ...Object.fromEntries(Object.keys(ABSENT).map((name) => [name, false])),
      anonymous_users: config.anonymousEnabled,
      email: config.email.isEnabled,
      google: config.google.isEnabled,
      phone: config.phone.isEnabled,
    },
    disable_signup: config.signupDisabled,
    mailer_autoconfirm: config.email.autoconfirm,
    phone_autoconfirm: config.phone.autoconfirm,
    sms_provider: 'twilio',
    saml_enabled: false,
    saml_private_key_next_configured: true,
    passkeys_enabled: false,
  };
}

/** As OpenID Connect's discovery has it; the endpoints themselves are part of what this server leaves out. */
export function discovery({ jwt: { issuer } }: Config): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    scopes_supported: ['openid', 'profile', 'email', 'phone', 'offline_access'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'ES256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    claims_supported: [
      ...['sub', 'aud', 'iss', 'exp', 'iat', 'auth_time', 'nonce', 'email', 'email_verified'],
      ...['phone_number', 'phone_number_verified', 'name', 'picture', 'preferred_username', 'updated_at'],
    ],
    code_challenge_methods_supported: ['S256', 'plain'],
  };
}
