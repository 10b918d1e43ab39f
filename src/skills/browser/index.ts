import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { AnyTool } from '../../agent/index.ts';
import { CodaError } from '../../base/errors.ts';
import { packageRoot } from '../../base/root.ts';
import { visible } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { HealthCheck, Skill, SkillDeps, SkillSwitch } from '../../chat/index.ts';
import { type LocalParts, operation, text } from '../../chat/operation.ts';
import type { CoreValues } from '../../config/index.ts';
import { buildImage } from '../../sandbox/index.ts';
import { config, type Settings } from './config.ts';
import { remedyOf, Sessions, whyOf } from './sessions.ts';
import { texts } from './texts.ts';
import { browserTools } from './tools.ts';

/** Drives a browser, which reaches what `Egress` may reach. */
export const browser = (): Skill<Settings> => {
  let sessions: Sessions | undefined;
  const opened = (deps: SkillDeps<Settings>): Sessions => {
    if (!sessions) {
      const { config: settings, world, egress, sandbox, onClose } = deps;
      const newSessions = new Sessions({ settings, world, egress, sandbox });
      onClose('browser', () => newSessions.closeAll());
      sessions = newSessions;
    }
    return sessions;
  };
  return {
    name: 'browser',
    config,
    isOn: ({ enabled }) => enabled,
    tools: (deps) => toolsOf(deps, opened(deps)),
    views: {
      checks: (deps) => [check(opened(deps), deps.config.mode)],
      status: (deps) => ({ browser_sessions: opened(deps).count }),
    },
    prompt: {
      message: async (deps, { person, conversationId }) => openSection(opened(deps).idsOf(person.id, conversationId)),
    },
    work: {
      needsPrograms: ({ mode }) => mode === 'docker',
      turnOver: async (deps, { turnKey }) => opened(deps).release(turnKey),
    },
  };
};

const openSection = ([id]: readonly string[]) =>
  id === undefined ? undefined : { title: texts.openTitle, text: texts.stillOpen(id), stands: true };

function toolsOf(
  { egress, storage: { artifacts }, config: settings }: SkillDeps<Settings>,
  sessions: Sessions,
): AnyTool[] {
  return browserTools({ sessions, egress, artifacts, timeoutMs: settings.connect_timeout_ms });
}

function check(sessions: Sessions, mode: Settings['mode']): HealthCheck {
  return {
    name: 'browser',
    async check() {
      try {
        return { ok: true, says: texts.works(await sessions.probe(), mode) };
      } catch (error) {
        return { ok: false, says: texts.notStarted(whyOf(error)), remedy: remedyOf(error) };
      }
    },
  };
}

export { config as browserConfig } from './config.ts';

/** Off until the configuration switches it on. */
export const browserSwitch: SkillSwitch = {
  name: 'a browser on this machine',
  isOn: (all) => all.block(config).enabled,
  off: 'Driving a browser is off: browser.enabled in the config turns it on, and needs Chromium (docs/browser.md).',
};

interface BrowserImage {
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

const isPackage = (name: string): boolean => /^[a-z0-9][a-z0-9.+-]*$/.test(name);

const wordsOf = (names: string): string[] => names.split(/[\s,]+/).filter(Boolean);

const imageBuilding = operation({
  name: 'browser image',
  summary: 'build the image of its container (browser.image), on the Docker of execution.docker_socket',
  example: 'coda browser image --packages fonts-noto-cjk',
  input: z.object({
    base: text(
      (name) => /^[\w.:/@-]{1,300}$/.test(name),
      (name) => `“${name}” names no image.`,
      'Such as debian:bookworm-slim.',
    )
      .default('debian:bookworm-slim')
      .meta({ description: 'what it is built from', value: 'image' }),
    packages: text(
      (names) => wordsOf(names).every(isPackage),
      (names) => `“${wordsOf(names).find((name) => !isPackage(name))}” names no package.`,
      'Packages of Debian, such as fonts-noto-cjk.',
    )
      .default('')
      .meta({
        description: 'further packages of Debian, such as fonts: "fonts-noto-cjk fonts-noto-core"',
        value: 'names',
      }),
  }),
  needs: 'config',
  async run({ config: all, world, io }: LocalParts, { base, packages }) {
    const { image } = all.block(config);
    const outcome = await buildBrowserImage(all.execution, world, {
      image,
      base,
      packages: wordsOf(packages),
      onText: (part) => io.stderr.write(visible(part)),
    });
    if (!outcome.ok) throw new CodaError(outcome.code, { message: outcome.message, remedy: outcome.remedy });
    return image;
  },
  show: (image) =>
    `${image} is built. Switch the browser on with browser.enabled: true; "coda doctor" starts it once.\n`,
});

export const browserOperations = [imageBuilding];
