/** The image of the browser's container. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../base/root.ts';
import type { World } from '../../base/world.ts';
import type { CoreValues } from '../../config/index.ts';
import { buildImage } from '../../sandbox/index.ts';

export interface BrowserImage {
  /** Name of the image. */
  image: string;
  /** A Debian, or an image that has Chromium and Perl already. */
  base: string;
  packages: readonly string[];
  onText(text: string): void;
}

/** Builds it from `assets/browser/Dockerfile`, where Docker is; nothing of coda goes into it. */
export async function buildBrowserImage(
  execution: CoreValues['execution'],
  world: Pick<World, 'env'>,
  { image, base, packages, onText }: BrowserImage,
) {
  const dockerfile = await readFile(join(packageRoot(), 'assets', 'browser', 'Dockerfile'), 'utf8');
  const own = dockerfile
    .replace(/^ARG BASE=.*$/m, () => `ARG BASE=${base}`)
    .replace(/^ARG PACKAGES=.*$/m, () => `ARG PACKAGES="${packages.join(' ')}"`);
  return buildImage(execution, world, { tag: image, dockerfile: own, onText });
}
