/** Prints what shows that each document's endpoints, events and requirements are met, as tables in Markdown. */
import { demandsTable } from './contracts/demands.ts';
import { exemptions } from './contracts/exemptions.ts';
import { DOCUMENTS, readInventory } from './contracts/inventory.ts';
import { endpointsTable, readContractTests } from './contracts/table.ts';

for (const document of DOCUMENTS) {
  const inventory = readInventory(document);
  process.stdout.write(`## ${document}\n\n`);
  process.stdout.write(
    `${endpointsTable(inventory.endpoints, readContractTests(document), exemptions[document])}\n`,
  );
  process.stdout.write(`${demandsTable(inventory)}\n`);
}
