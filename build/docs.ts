// Writes the pages of docs/ that are generated from data, and wraps the lines of the others.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rulesPage } from '../engine/report/reference/rule-document.ts';
import { differences, differencesPage } from './differences.ts';
import { errorCodes, errorCodesJson, errorCodesPage } from './error-codes.ts';
import { fromAnsiblePage } from './from-ansible.ts';
import { roles, rolesPage } from './roles.ts';
import { languagePage, modulesPage } from './tables.ts';
import { wrapped } from './wrap.ts';

const ROOT = join(import.meta.dirname, '..');
const DOCS = join(ROOT, 'docs');
writeFileSync(join(DOCS, 'differences.md'), differencesPage(differences()));
writeFileSync(join(DOCS, 'error-codes.md'), errorCodesPage(errorCodes()));
writeFileSync(join(ROOT, 'engine/report/reference/error-codes.json'), errorCodesJson(errorCodes()));
const FROM_ANSIBLE = join(DOCS, 'from-ansible.md');
writeFileSync(FROM_ANSIBLE, fromAnsiblePage(readFileSync(FROM_ANSIBLE, 'utf8')));
writeFileSync(join(DOCS, 'roles.md'), rolesPage(roles()));
const LANGUAGE = join(DOCS, 'language.md');
writeFileSync(LANGUAGE, languagePage(readFileSync(LANGUAGE, 'utf8')));
const MODULES = join(DOCS, 'modules.md');
writeFileSync(MODULES, await modulesPage(readFileSync(MODULES, 'utf8')));
writeFileSync(join(DOCS, 'lint-rules.md'), wrapped(rulesPage()));
for (const folder of [ROOT, DOCS]) {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.md'))) {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    if (wrapped(text) !== text) writeFileSync(path, wrapped(text));
  }
}
