import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingTests, readContractTests } from '../../scripts/contracts/contract-tests.ts';
import { demandsOf, missingEvidence } from '../../scripts/contracts/demands.ts';
import { evidence } from '../../scripts/contracts/evidence.ts';
import { exemptions } from '../../scripts/contracts/exemptions.ts';
import { drawInventory, endpointName, readInventory } from '../../scripts/contracts/inventory.ts';
import { isMeant, laterIds, laterReason } from '../../scripts/contracts/later.ts';
import { DOCUMENTS } from '../../scripts/contracts/mounts.ts';

const original = process.env.CONFAB_CONTRACTS ?? '../shared/contracts/contracts.json';

describe.each(DOCUMENTS)('the contract tests of %s', (document) => {
  const inventory = readInventory(document);
  const tests = readContractTests(document);

  it('the inventory is that of the document', (context) => {
    if (!existsSync(original)) context.skip(`there is no ${original} here`);
    const drawn = drawInventory(original, document);
    if (drawn.endpoints.length === 0) context.skip(`${document} is none of the documents there`);
    expect(inventory).toEqual(drawn);
  });

  it('every endpoint has tests of every kind and of every status of the document', () => {
    const missing = inventory.endpoints
      .filter(({ id }) => laterReason(id) === undefined)
      .map((endpoint) => [endpoint, missingTests(endpoint, tests, exemptions[document])] as const)
      .filter(([, kinds]) => kinds.length > 0)
      .map(([endpoint, kinds]) => `${endpointName(endpoint)}: ${kinds.join(', ')}`);
    expect(missing).toEqual([]);
  });

  it('what an endpoint is excused from has no test and belongs to an endpoint', () => {
    const names = inventory.endpoints.map(endpointName);
    for (const [name, excuses] of Object.entries(exemptions[document])) {
      expect(names).toContain(name);
      const kinds = (tests.get(name) ?? []).map(({ kind }) => String(kind));
      expect(Object.keys(excuses ?? {}).filter((kind) => kinds.includes(kind))).toEqual([]);
    }
  });

  it('every event and every requirement is shown by a test or has a reason', () => {
    const missing = demandsOf(inventory)
      .filter(({ id }) => laterReason(id) === undefined)
      .map(({ id, text }) => [`${id} ${text}`, missingEvidence(evidence[id])] as const)
      .filter(([, what]) => what !== undefined);
    expect(missing).toEqual([]);
  });
});

describe('the tables of what is shown and what comes later', () => {
  const ids = DOCUMENTS.map(readInventory).flatMap((inventory) => [
    ...inventory.endpoints.map(({ id }) => id),
    ...demandsOf(inventory).map(({ id }) => id),
  ]);

  it('name what the documents have', () => {
    expect(Object.keys(evidence).filter((id) => !ids.includes(id))).toEqual([]);
    expect(laterIds.filter((wanted) => !ids.some((id) => isMeant(id, wanted)))).toEqual([]);
  });

  it('have nothing in common', () => {
    expect(Object.keys(evidence).filter((id) => laterReason(id) !== undefined)).toEqual([]);
  });
});
