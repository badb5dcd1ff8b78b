import { type Browser, chromium } from 'playwright-core';
import { installMissingPrograms } from '../system-packages.ts';

/** The Chromium of Debian's package. npm downloads no browser. */
const CHROMIUM = '/usr/bin/chromium';

/** Before any test: as root on Debian, Chromium is installed where it is missing. */
export default function installChromium(): void {
  installMissingPrograms(new Map([['chromium', 'chromium']]));
}

/** Root may not use the sandbox of Chromium, and the pages are our own. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
