import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../engine/report/journal/run-record.ts';
import { runPage } from '../../engine/report/page/run-page.ts';
import { EVERY_OUTCOME, failure, HOSTS, recordOf } from '../report/export/runs.ts';
import { changed, finished, taskAt } from '../report/sink.ts';
import { bigRecord } from './big-run.ts';
import { startChromium } from './chromium.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'run-page-'));
let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

interface Opened {
  readonly page: Page;
  /** Errors and warnings of the page, and its requests to the network. */
  readonly complaints: readonly string[];
}

async function opened(html: string, colorScheme: 'light' | 'dark' = 'light', width = 1400): Promise<Opened> {
  const file = join(folder, 'run.html');
  writeFileSync(file, html);
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: false });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(request.url());
  });
  await page.goto(`file://${file}`);
  return { page, complaints };
}

const SMALL = runPage(recordOf(HOSTS, [...EVERY_OUTCOME, finished('a', taskAt(3, 'Later'), changed())]));

function names(page: Page): Promise<readonly string[]> {
  return page.locator('#rows .name').allTextContents();
}

describe.each(['light', 'dark'] as const)('the page of a run, %s', (scheme) => {
  test('has no serious finding of axe, closed and open, and no complaint', async () => {
    const { page, complaints } = await opened(SMALL, scheme);
    for (const isOpen of [false, true]) {
      if (isOpen) await page.locator('#rows button', { hasText: 'd' }).last().click();
      const serious = await page.evaluate(`${AXE}; axe.run().then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
      expect(serious).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

test('a walk with the keyboard: search, view, list, details, theme', async () => {
  const { page, complaints } = await opened(SMALL);
  const isFocused = (selector: string): Promise<boolean> =>
    page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`);
  await page.keyboard.press('/');
  expect(await isFocused('#search')).toBe(true);
  await page.keyboard.type('later');
  expect(await names(page)).toEqual(['a']);
  await page.fill('#search', '');
  await page.locator('#rows button').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(await page.textContent('#detail-title')).toBe('d: 1 failed');
  expect(await page.textContent('#detail pre')).toContain(
    'why: the reason\nhelp: mend it\nexit status: 3\nstdout:\nout',
  );
  await page.keyboard.press('Escape');
  expect(await page.isHidden('#detail')).toBe(true);
  expect(await isFocused('#rows button[data-index="3"]')).toBe(true);
  await page.keyboard.press('End');
  expect(await isFocused('#rows button[data-index="5"]')).toBe(true);
  await page.keyboard.press('v');
  expect(await names(page)).toEqual(['Task 1 tasks.yml:1', 'Task 2 tasks.yml:2', 'Connecting', 'Later tasks.yml:3']);
  const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const light = await background();
  await page.keyboard.press('t');
  expect(await background()).not.toBe(light);
  await page.keyboard.press('t');
  expect(await background()).toBe(light);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('only hosts with a status are shown where that is asked', async () => {
  const { page } = await opened(SMALL);
  await page.selectOption('#only', 'failed');
  expect(await names(page)).toEqual(['d']);
  expect(await page.textContent('#count')).toBe('1 of 6 hosts');
  await page.context().close();
});

describe('a thousand hosts with a hundred tasks', () => {
  const html = runPage(bigRecord(1000, 100));

  test('take less than 10 MB, and only what is visible is drawn', async () => {
    expect(Buffer.byteLength(html)).toBeLessThan(10_000_000);
    const { page, complaints } = await opened(html);
    const elements = (): Promise<number> => page.evaluate("document.querySelectorAll('*').length");
    expect(await elements()).toBeLessThan(6000);
    await page.locator('#rows button').first().focus();
    await page.keyboard.press('End');
    expect(await page.textContent('#rows [tabindex="0"] .name')).toBe('web-999.eu-central.example.com');
    expect(await elements()).toBeLessThan(6000);
    await page.keyboard.press('Enter');
    expect(await page.locator('#detail-body > *').count()).toBe(100);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('are printed, not only what is visible', async () => {
    const { page } = await opened(html);
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator('#rows button').count()).toBe(200);
    await page.emulateMedia({ media: 'print' });
    expect(await page.isHidden('.controls')).toBe(true);
    await page.context().close();
  });
});

test('paper is light, also where the screen is dark', async () => {
  const { page } = await opened(SMALL, 'dark');
  await page.emulateMedia({ media: 'print' });
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
  await page.keyboard.press('t');
  await page.keyboard.press('t');
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
  await page.context().close();
});

test('on a narrow screen nothing is wider than the screen', async () => {
  const { page } = await opened(SMALL, 'light', 360);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  await page.context().close();
});

test('no text of a host or a playbook does anything', async () => {
  const evil = [
    '</script><script>console.log(1)</script>',
    '</script ',
    '</script/x',
    '<!--<script>',
    '<img src=x onerror=console.log(2)>',
    '"><svg onload=console.log(3)>',
    '\u2028\u2029\u0000\uD800</style>',
    '{{x}}${1}',
  ];
  const events = evil.flatMap((text, index) => [
    finished(text, taskAt(index + 1, text), failure(text, { output: { status: 1, stdout: text, stderr: text } }), {
      item: text,
    }),
  ]);
  const record: RunRecord = { ...recordOf(evil, events), playbook: evil.join(''), id: evil.join('') };
  const { page, complaints } = await opened(runPage(record));
  expect(await page.locator('#rows button').count()).toBe(evil.length);
  for (const button of await page.locator('#rows button').all()) await button.click();
  expect(await page.locator('img, svg, #detail script').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(2);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('a script that is not its own does not run', async () => {
  const { page, complaints } = await opened(
    SMALL.replace('</main>', '<script>document.title = "taken"</script></main>'),
  );
  expect(await page.title()).not.toBe('taken');
  expect(complaints.join('\n')).toMatch(/Content Security Policy/);
  await page.context().close();
});
