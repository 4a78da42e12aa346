import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exemptions } from '../../scripts/contracts/exemptions.ts';
import { endpointName, readEndpoints, readInventory } from '../../scripts/contracts/inventory.ts';
import { missingTests, readContractTests } from '../../scripts/contracts/table.ts';

const original = process.env.CONFAB_CONTRACTS ?? '../shared/contracts/contracts.json';

describe("the contract tests of ConnectBest's endpoints", () => {
  const endpoints = readEndpoints();
  const tests = readContractTests();

  it('the list of endpoints is that of the document', (context) => {
    if (!existsSync(original)) context.skip(`there is no ${original} here`);
    expect(endpoints).toEqual(readInventory(original));
  });

  it('every endpoint has tests of every kind and of every status of the document', () => {
    const missing = endpoints
      .map((endpoint) => [endpointName(endpoint), missingTests(endpoint, tests, exemptions)] as const)
      .filter(([, kinds]) => kinds.length > 0)
      .map(([name, kinds]) => `${name}: ${kinds.join(', ')}`);
    expect(missing).toEqual([]);
  });

  it('what an endpoint is excused from has no test and belongs to an endpoint', () => {
    const names = endpoints.map(endpointName);
    for (const [name, excuses] of Object.entries(exemptions)) {
      expect(names).toContain(name);
      const kinds = (tests.get(name) ?? []).map(({ kind }) => String(kind));
      expect(Object.keys(excuses ?? {}).filter((kind) => kinds.includes(kind))).toEqual([]);
    }
  });
});
