/** Groups of document S1: S1-3.1, 3.3a, 3.4a and 3.5a. */
import { afterAll, describe, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { promises, WRONG_FIELDS } from './places.ts';

afterAll(() => database.end());

const of = promises('groups', 'channels', 'group');

describe('POST /api/groups', () => {
  it('success: 201 with who is in it, the caller as well', of.makeSuccess);
  it('success: 201 for several of one name, with nobody else or with people by username', of.makeSuccessToo);
  it.each(WRONG_FIELDS)('error: 400 for %s', (_name, json, field) => of.makeError(json, field));
  it('error: 400 for a member who is nobody, which makes nothing', of.makeErrorToo);
  it('permission: 401 without a token, 403 with whoever has blocked the caller', of.makePermission);
  it('limit: 400 for a name of 81 characters and for 1,001 members', of.makeLimit);
  it('effect: it is a group whose admin is the caller', of.makeEffect);
});

describe('PUT /api/groups/:id/members', () => {
  it('success: 200 and the member is added, then removed', of.changeSuccess);
  it('success: 200 with an action that says which', of.changeSuccessToo);
  it(
    'error: 404 for a group that is not there or is a channel, and for a member who is nobody',
    of.changeError,
  );
  it('error: 400 without memberId', of.changeErrorToo);
  it(
    'permission: 401 without a token, 404 for strangers, 403 for members who remove others',
    of.changePermission,
  );
  it('limit: 400 for an action that is none', of.changeLimit);
  it('effect: who is removed finds it no more', of.changeEffect);
  it('effect: who made it leaves it to the others, and stays its maker', of.leaveEffect);
  it('effect: whom nobody is left with leaves nothing behind', of.emptyEffect);
});

describe('GET /api/groups/:id', () => {
  it('success: 200 with name, members and maker', of.readSuccess);
  it('success: 200 with a maker whose account is gone', of.readSuccessToo);
  it('error: 404 for a group that is not there or is a channel', of.readError);
  it('permission: 401 without a token, 404 for strangers', of.readPermission);
});

describe('GET /api/groups', () => {
  it('success: 200 with those that the caller is in, newest first', of.listSuccess);
  it('error: 400 for a cursor that is none', of.listError);
  it('permission: 401 without a token', of.listPermission);
  it('limit: turns pages of at most 100', of.listLimit);
});
