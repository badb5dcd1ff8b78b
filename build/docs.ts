// Writes the pages of docs/ that are made of data.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differences, differencesPage } from './differences.ts';
import { errorCodes, errorCodesPage } from './error-codes.ts';
import { roles, rolesPage } from './roles.ts';

const DOCS = join(import.meta.dirname, '../docs');
writeFileSync(join(DOCS, 'differences.md'), differencesPage(differences()));
writeFileSync(join(DOCS, 'error-codes.md'), errorCodesPage(errorCodes()));
writeFileSync(join(DOCS, 'roles.md'), rolesPage(roles()));
