import { describe, expect, it } from 'vitest';
import { missingTests, readContractTests } from '../../scripts/contracts/contract-tests.ts';
import { missingEvidence } from '../../scripts/contracts/demands.ts';
import { type Entry, entriesOf } from '../../scripts/contracts/entries.ts';
import { readInventory } from '../../scripts/contracts/inventory.ts';
import { MOUNTS } from '../../scripts/contracts/mounts.ts';
import { isFailure, stateOf } from '../../scripts/contracts/print.ts';
import { writtenInDialect } from '../../scripts/contracts/reach.ts';
import type { Result } from '../../scripts/contracts/results.ts';
import { stack } from '../helpers/stack.ts';

const FILE = 'contract/rooms/accounts';
const ENDPOINT = 'POST /api/auth/login';
const LOGOUT = 'GET /api/auth/logout';
const ANSWERS = [200, 400, 401, 403].map((status) => `POST /rooms/api/auth/login ${status}`);

const result = (changed: Partial<Result> = {}): Result => ({
  ...{ file: FILE, titles: [ENDPOINT, 'success: 200'], status: 'passed', answers: ANSWERS, reasons: [] },
  ...changed,
});

const login = (results: Result[]): Entry => {
  const found = entriesOf('rooms', results).find(({ text }) => text === ENDPOINT);
  if (!found) throw new Error(`unable to test; Rooms has no ${ENDPOINT}`);
  return found;
};

describe('the walk over the documents', () => {
  it('takes what a run says of an endpoint', () => {
    expect(stateOf(login([result()]))).toBe('passed');
    expect(stateOf(login([result(), result({ status: 'skipped' })]))).toBe('skipped');
    expect(stateOf(login([result(), result({ status: 'failed' })]))).toBe('failed');
  });

  it('does not take what was not run', () => {
    expect(stateOf(login([]))).toBe('not run');
    expect(stateOf(login([result({ titles: ['POST /api/auth/signup', 'success: 201'] })]))).toBe('not run');
    expect(stateOf(login([result({ file: 'contract/rooms/rooms' })]))).toBe('not run');
  });

  it('fails what was skipped, but for what needs a browser or curl', () => {
    expect(isFailure(login([result()]))).toBe(false);
    expect(isFailure(login([result(), result({ status: 'skipped' })]))).toBe(true);
    const results = [result({ file: 'contract/curl', titles: ['by curl alone', 'x'], status: 'skipped' })];
    expect(isFailure({ ...login([]), results, files: ['contract/curl'], missing: [] })).toBe(false);
  });

  it('asks for a reason that says something where there is no test', () => {
    expect(missingEvidence({ reason: 'TypeScript' })).toBeUndefined();
    for (const shown of [undefined, {}, { reason: '' }, { tests: [] }]) {
      expect(missingEvidence(shown)).toBe('neither test nor reason');
    }
    const tests = readContractTests('rooms');
    const [endpoint] = readInventory('rooms').endpoints.filter(({ path }) => path === '/api/auth/logout');
    const excused = (limit: string) => endpoint && missingTests(endpoint, tests, { [LOGOUT]: { limit } });
    expect(excused('it returns a fixed amount')).toEqual([]);
    expect(excused('')).toEqual(['limit']);
  });

  it('hears what every document answers, on its mount and below /api', async ({ task }) => {
    const mounts = Object.values(MOUNTS);
    for (const mount of mounts) await fetch(`${stack.apiUrl}/functions/v1${mount}/nowhere`);
    expect(task.meta.answers).toEqual(mounts.map((mount) => `GET ${mount}/nowhere 404`));
  });

  it('fails an endpoint whose tests did not load', () => {
    expect(stateOf(login([result({ titles: [], status: 'failed', answers: [] })]))).toBe('failed');
  });

  it('counts a status only where the endpoint answered it', () => {
    const [ok = '', ...refusals] = ANSWERS;
    expect(login([result({ answers: [ok] })]).missing).toEqual(
      expect.arrayContaining(['400 never came', '401 never came']),
    );
    const elsewhere = refusals.map((line) => line.replace('login', 'signup'));
    expect(login([result({ answers: [ok, ...elsewhere] })]).missing).toContain('401 never came');
    expect(login([result({ answers: ANSWERS.map((line) => line.replace('/rooms', '')) })]).missing).toEqual(
      [],
    );
  });

  it('finds what an endpoint comes to by the names that its function has, not by those it hides', () => {
    const room = writtenInDialect('rooms').find(
      ({ method, pattern }) => method === 'get' && pattern.test('/rooms/{roomId}'),
    );
    expect(room?.reaches).toEqual(['read_history']);
  });
});
