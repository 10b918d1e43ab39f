/** `coda browser image`: builds the image in which the browser runs. */
import { CodaError } from '../base/errors.ts';
import { visible } from '../base/text.ts';
import { browserConfig, buildBrowserImage } from '../skills/browser/index.ts';
import { prepare } from './daemon/serve.ts';
import type { BrowserImageFlags } from './flags.ts';
import { usage } from './texts.ts';

export async function browserImage(flags: BrowserImageFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const packages = flags.packages.split(/[\s,]+/).filter(Boolean);
  const odd = packages.find((name) => !/^[a-z0-9][a-z0-9.+-]*$/.test(name));
  if (odd !== undefined) throw usage(`“${odd}” names no package.`, 'Packages of Debian, such as fonts-noto-cjk.');
  if (!/^[\w.:/@-]{1,300}$/.test(flags.base))
    throw usage(`“${flags.base}” names no image.`, 'Such as debian:bookworm-slim.');
  const { image } = config.block(browserConfig);
  const built = await buildBrowserImage(config.execution, world, {
    ...{ image, base: flags.base, packages },
    onText: (text) => io.stderr.write(visible(text)),
  });
  if (!built.ok) throw new CodaError(built.code, { message: built.message, remedy: built.remedy });
  io.stdout.write(
    `${image} is built. Switch the browser on with browser.enabled: true; "coda doctor" starts it once.\n`,
  );
  return 0;
}
