/** Two people who talk, and one of them waits for the other. */
import type { Chapter } from '../story.ts';

const API = '/conversations';
const TALK = `${API}/conversations/{{conversationId}}`;
/** One request after the other cannot show it: both are sent from a script, the second a second after the first. */
const MEANWHILE = [
  "const talk = pm.variables.replaceIn('{{baseUrl}}/conversations/conversations/{{conversationId}}');",
  "const seq = pm.collectionVariables.get('lastSeq');",
  'const header = (token) => ({',
  "  Authorization: 'Bearer ' + pm.collectionVariables.get(token), 'Content-Type': 'application/json',",
  '});',
  "pm.test('hears what is said while he waits', (done) => {",
  '  const began = Date.now();',
  "  const waiting = { url: talk + '?after=' + seq + '&wait=20', header: header('bobToken') };",
  '  pm.sendRequest(waiting, (error, answer) => {',
  '    if (error) return done(error);',
  '    try {',
  "      pm.expect(answer.json().messages.map(({ content }) => content)).to.eql(['At noon']);",
  '      pm.expect(Date.now() - began).to.be.within(1000, 10000);',
  '      done();',
  '    } catch (failure) {',
  '      done(failure);',
  '    }',
  '  });',
  "  const body = { mode: 'raw', raw: JSON.stringify({ content: 'At noon' }) };",
  "  const saying = { url: talk + '/message', method: 'POST', header: header('token'), body };",
  '  setTimeout(() => pm.sendRequest(saying, () => {}), 1000);',
  '});',
];

const login = { password: '{{password}}' };

export const conversations: Chapter[] = [
  {
    name: 'Users',
    steps: [
      {
        name: 'Ada registers',
        request: `POST ${API}/register`,
        body: { ...login, username: '{{username}}' },
        save: { userId: 'id' },
      },
      {
        name: 'Bob registers',
        request: `POST ${API}/register`,
        body: { ...login, username: '{{username}}.bob' },
        save: { bobId: 'id' },
      },
      {
        name: 'She signs in',
        request: `POST ${API}/login`,
        body: { ...login, username: '{{username}}' },
        save: { token: 'token' },
      },
      {
        name: 'He signs in',
        request: `POST ${API}/login`,
        body: { ...login, username: '{{username}}.bob' },
        save: { bobToken: 'token' },
      },
      { name: 'Who is there', request: `GET ${API}/users`, as: 'token' },
      { name: 'She looks at him', request: `GET ${API}/users/{{bobId}}`, as: 'token' },
      {
        name: 'She shows a picture',
        request: `PUT ${API}/users/{{userId}}`,
        as: 'token',
        body: { profilePicture: 'https://chat.example.com/ada.png' },
      },
    ],
  },
  {
    name: 'A conversation',
    steps: [
      {
        name: 'She begins one',
        request: `POST ${API}/conversations`,
        as: 'token',
        body: { participants: ['{{bobId}}'] },
        status: 201,
        save: { conversationId: 'id' },
      },
      {
        name: 'It is the same one from then on',
        request: `POST ${API}/conversations`,
        as: 'bobToken',
        body: { participants: ['{{userId}}'] },
        status: 200,
      },
      {
        name: 'She says something',
        request: `POST ${TALK}/message`,
        as: 'token',
        body: { content: 'Soup today?' },
        save: { messageId: 'id' },
      },
      {
        name: 'What is there he has at once',
        request: `GET ${TALK}?after=0&wait=20`,
        as: 'bobToken',
        save: { lastSeq: 'lastSeq', lastChange: 'lastChange' },
        tests: [
          'pm.test("does not wait", () => pm.expect(pm.response.responseTime).to.be.below(10000));',
          'pm.test("has it", () => pm.expect(pm.response.json().messages).to.have.lengthOf(1));',
        ],
      },
      {
        name: 'He waits, and nothing comes',
        request: `GET ${TALK}?after={{lastSeq}}&wait=2`,
        as: 'bobToken',
        tests: [
          'pm.test("waits for two seconds", () => pm.expect(pm.response.responseTime).to.be.above(1900));',
          'pm.test("has nothing", () => pm.expect(pm.response.json().messages).to.eql([]));',
        ],
      },
      {
        name: 'He waits, and she answers meanwhile',
        request: `GET ${TALK}?after={{lastSeq}}`,
        as: 'bobToken',
        tests: MEANWHILE,
      },
      {
        name: 'She corrects it',
        request: `PUT ${TALK}/message/{{messageId}}`,
        as: 'token',
        body: { content: 'Salad today?' },
      },
      {
        name: 'He learns of it',
        request: `GET ${TALK}?after={{lastSeq}}&changedAfter={{lastChange}}&wait=20`,
        as: 'bobToken',
        tests: [
          'const changed = pm.response.json().changed.map(({ content }) => content);',
          'pm.test("has it as it is now", () => pm.expect(changed).to.eql(["Salad today?"]));',
        ],
      },
      { name: 'He reads it', request: `GET ${TALK}`, as: 'bobToken' },
      { name: 'His conversations', request: `GET ${API}/conversations`, as: 'bobToken' },
      { name: 'She takes it back', request: `DELETE ${TALK}/message/{{messageId}}`, as: 'token' },
      { name: 'She signs out', request: `POST ${API}/logout`, as: 'token' },
      { name: 'His account goes', request: `DELETE ${API}/users/{{bobId}}`, as: 'bobToken' },
    ],
  },
];
