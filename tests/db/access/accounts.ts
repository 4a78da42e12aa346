/** Access to accounts in one call each, and to what the server alone needs to sign people in. */
import type { AccessFile, Call } from '../../helpers/access.ts';

const everybody = (call: Call['call']): Call => ({ call, expected: ['ok', 'ok', 'ok', 'ok'] });
const nobody = (call: Call['call']): Call => ({ call, expected: ['denied', 'denied', 'denied', 'denied'] });

export const calls: AccessFile['calls'] = {
  get_account: everybody((db) => db`select chat.get_account()`),
  update_account: everybody((db) => db`select chat.update_account(phone => '+4915112345678')`),
  'change_person (picture)': {
    call: (db, { users }) => db`select chat.change_person(${users.member}, avatar_url => '')`,
    expected: ['not_an_admin', 'ok', 'not_an_admin', 'ok'],
  },
  'change_person (address)': {
    call: (db, { users }) =>
      db`select chat.change_person(${users.member}, email => 'somebody-else@example.com')`,
    expected: ['not_yourself', 'ok', 'not_yourself', 'not_yourself'],
  },
  change_person: {
    call: (db, { users }) => db`select chat.change_person(${users.member}, 'somebody-else')`,
    expected: ['not_an_admin', 'ok', 'not_an_admin', 'ok'],
  },
  check_new_password: {
    call: (db, { users }) => db`select chat.check_new_password(${users.member}, 'somebody-else')`,
    expected: ['not_yourself', 'ok', 'not_yourself', 'not_yourself'],
  },
  delete_account: {
    call: (db, { users }) => db`select chat.delete_account(${users.member})`,
    expected: ['not_an_admin', 'ok', 'not_an_admin', 'ok'],
  },
  sign_out: everybody((db) => db`select chat.sign_out()`),
  get_contact: everybody((db, { users }) => db`select chat.get_contact(${users.member})`),
  search_contacts: everybody((db) => db`select chat.search_contacts('ada')`),
  issue_reset_token: nobody((db) => db`select chat.issue_reset_token('somebody@example.com')`),
  claim_reset_token: nobody((db) => db`select chat.claim_reset_token('token')`),
  release_reset_token: nobody((db) => db`select chat.release_reset_token('token')`),
  is_password: nobody((db) => db`select chat.is_password('somebody@example.com', 'secret', '198.51.100.7')`),
  sign_in_address: nobody((db) => db`select chat.sign_in_address('ada')`),
  newest_challenge: nobody((db, { users }) => db`select chat.newest_challenge(${users.member})`),
  count_sms: nobody((db, { users }) => db`select chat.count_sms(${users.member}, '+4915112345678')`),
  claim_suspension_mails: nobody((db) => db`select chat.claim_suspension_mails()`),
  settle_suspension_mail: nobody((db, { users }) => db`select chat.settle_suspension_mail(${users.member})`),
  claim_oauth_state: nobody((db) => db`select chat.claim_oauth_state('state')`),
};
