import { runHere } from './program.ts';

/**
 * Is called with a folder and a number of cases, and plays site.yml of each folder 0, 1, 2, … in it. Prints one line of
 * JSON for each case, with its exit status and its output.
 */
const [folder = '.', count = '0', more = '[]'] = process.argv.slice(2);
for (let index = 0; index < Number(count); index++) {
  const words = JSON.parse(more) as readonly string[];
  const ended = await runHere(`${folder}/${index}`, ['play', 'site.yml', '--output', 'plain', ...words]);
  process.stdout.write(`${JSON.stringify(ended)}\n`);
}
