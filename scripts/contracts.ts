/** Prints which contract tests each endpoint of ConnectBest has, as a table in Markdown. */
import { exemptions } from './contracts/exemptions.ts';
import { readEndpoints } from './contracts/inventory.ts';
import { readContractTests, toMarkdown } from './contracts/table.ts';

process.stdout.write(toMarkdown(readEndpoints(), readContractTests(), exemptions));
