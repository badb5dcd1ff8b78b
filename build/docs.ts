// Writes the pages of docs/ that are made of data.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differences, differencesPage } from './differences.ts';

writeFileSync(join(import.meta.dirname, '../docs/differences.md'), differencesPage(differences()));
