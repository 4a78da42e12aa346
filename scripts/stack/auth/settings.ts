/** What clients may know of the configuration. */
import type { Config } from './config.ts';

/** Providers that the real server has and this one does not. */
const ABSENT = [
  'apple',
  'azure',
  'bitbucket',
  'discord',
  'facebook',
  'snapchat',
  'figma',
  'fly',
  'github',
  'gitlab',
  'keycloak',
  'kakao',
  'linkedin',
  'linkedin_oidc',
  'notion',
  'spotify',
  'slack',
  'slack_oidc',
  'workos',
  'twitch',
  'twitter',
  'zoom',
];

export function settings(config: Config): object {
  return {
    external: {
      ...Object.fromEntries(ABSENT.map((name) => [name, false])),
      anonymous_users: false,
      email: config.emailEnabled,
      google: false,
      phone: false,
    },
    disable_signup: config.signupDisabled,
    mailer_autoconfirm: config.autoconfirm,
    phone_autoconfirm: false,
    sms_provider: 'twilio',
    saml_enabled: false,
    saml_private_key_next_configured: true,
    passkeys_enabled: false,
  };
}
