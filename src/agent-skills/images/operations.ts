/** `coda skills images`: planned and recorded by the daemon when one runs, built here, where what Docker says can be shown. */
import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { plural, visible } from '../../base/text.ts';
import { type AskFor, operation } from '../../chat/operation.ts';
import { type ImageBuilder, openBuilder } from '../../sandbox/index.ts';
import type { SkillHost } from '../live/host.ts';
import type { PlannedImage } from './images.ts';

const OF_ALL = z.object({ name: z.string().optional() });

const imagePlans = operation({
  name: 'skills image plans',
  input: OF_ALL,
  async run(host: SkillHost, { name }) {
    await host.rescan();
    return host.images.plans(name);
  },
});

const imageUnwanted = operation({
  name: 'skills image unwanted',
  input: OF_ALL,
  run: (host: SkillHost, { name }) => host.images.listUnwanted(name),
});

const imageBuilt = operation({
  name: 'skills image built',
  subject: 'skills images',
  input: z.object({ skill: z.string(), image: z.string(), hash: z.string() }),
  audit: (input) => input,
  run: (host: SkillHost, image, { besides }) => host.images.recordBuilt(image, besides),
});

const imageRemoved = operation({
  name: 'skills image removed',
  subject: 'skills images',
  input: z.object({ skill: z.string(), image: z.string() }),
  audit: (input) => input,
  run: (host: SkillHost, image, { besides }) => host.images.recordRemoved(image, besides),
});

type State = 'current' | 'stale' | 'missing' | 'unknown';

const STATES: Record<State, string> = {
  current: 'is up to date',
  stale: 'would be built: its packages have changed',
  missing: 'would be built: there is none',
  unknown: 'would be built where it is not up to date: Docker cannot be asked',
};

const input = z.object({
  name: z.string().optional().describe('default: every skill'),
  force: z.boolean().optional().describe('build also those whose packages are the same'),
  dryRun: z.boolean().optional().describe('show what would be built'),
});

interface Builds {
  flags: z.output<typeof input>;
  io: NodeJS.Process;
  pipIndex: string | undefined;
  builder: ImageBuilder;
  ask: AskFor;
}

/** Throws with the first failure, after the others were tried. */
const images = operation({
  name: 'skills images',
  summary: 'build an image with the packages of each skill that names some',
  input,
  args: ['name'],
  async conduct(ask, flags, { io, local }) {
    const { config, world } = local();
    const { execution } = config;
    const builder = openBuilder({ execution }, world);
    try {
      const { name } = flags;
      const plans = await ask(imagePlans, { name });
      const builds: Builds = { flags, io, pipIndex: execution.build.pip_index, builder, ask };
      const failures = await removeUnwanted(builds);
      if (plans.length === 0)
        io.stdout.write(name === undefined ? 'No skill names packages.\n' : `${name} names no packages.\n`);
      for (const plan of plans) {
        const failed = await buildOne(builds, plan);
        if (failed) failures.push(failed);
      }
      const [first] = failures;
      if (!first) return '';
      for (const { message } of failures.slice(1)) io.stderr.write(`${message}\n`);
      throw first;
    } finally {
      await builder.close();
    }
  },
});

export const imageOperations = [imagePlans, imageUnwanted, imageBuilt, imageRemoved, images];

/** The record goes last: a run that ended in between removes it the next time. */
async function removeUnwanted({ flags, io, builder, ask }: Builds): Promise<CodaError[]> {
  const failures: CodaError[] = [];
  for (const { skill, image } of await ask(imageUnwanted, { name: flags.name })) {
    if (flags.dryRun) {
      io.stdout.write(`${skill}: its image would be removed: it names no packages.\n`);
      continue;
    }
    const failed = await builder.remove(image);
    if (failed) {
      const message = `${skill}: its image is not removed: ${failed.message}`;
      failures.push(new CodaError(failed.code, { message, remedy: failed.remedy }));
      continue;
    }
    await ask(imageRemoved, { skill, image });
    io.stdout.write(`${skill}: its image is removed: it names no packages.\n`);
  }
  return failures;
}

async function buildOne(
  { flags, io, pipIndex, builder, ask }: Builds,
  plan: PlannedImage,
): Promise<CodaError | undefined> {
  const { skill, tag, base, problems, hash } = plan;
  const text = (id: string) => dockerfile(plan, id, pipIndex);
  const state = await stateOf(builder, plan);
  if (problems.length > 0) return refusedBuild(plan);
  if (flags.dryRun) {
    const files = contextFiles(plan).map(({ path, content }) => `# ${path}\n${content}`);
    io.stdout.write(
      `${skill}: ${tag} ${flags.force ? 'would be built' : STATES[state]}.\n${text(base)}${files.join('')}`,
    );
    return undefined;
  }
  if (state === 'current' && !flags.force) {
    io.stdout.write(`${skill}: ${tag} ${STATES.current}.\n`);
    return undefined;
  }
  io.stdout.write(`${skill}: building ${tag} on ${base}.\n`);
  const outcome = await builder.build(
    { tag, base, dockerfile: text, files: contextFiles(plan) },
    { isFresh: flags.force === true, onText: (part) => void io.stdout.write(visible(part)) },
  );
  // The one before is used until the new one is recorded.
  if (outcome.ok) await ask(imageBuilt, { skill, image: outcome.id, hash });
  await builder.clean(imageFilter(plan), outcome.ok ? outcome.id : plan.built?.image);
  if (!outcome.ok)
    return new CodaError(outcome.code, { message: `${skill}: ${outcome.message}`, remedy: outcome.remedy });
  io.stdout.write(`${skill}: ${tag} is built, and its scripts run in it from now on.\n`);
  return undefined;
}

/** Current is what was recorded, is there, and is labelled with the packages that are wanted now. */
async function stateOf(builder: ImageBuilder, { hash, built }: PlannedImage): Promise<State> {
  // By its id: the name may be another installation's by now.
  const image = built === null ? undefined : await builder.find(built.image);
  if (built === null || image === undefined) return 'missing';
  if (!image.ok) return 'unknown';
  return image.labels[LABELS.hash] === hash && built.hash === hash ? 'current' : 'stale';
}

function refusedBuild({ skill, problems }: PlannedImage): CodaError {
  const firstProblems = problems.slice(0, 5).join('; ');
  const more = problems.length > 5 ? `, and ${plural(problems.length - 5, 'more problem')}` : '';
  return new CodaError('SKILL_REFUSED', {
    message: `No image is built for ${skill}: ${firstProblems}${more}.`,
    remedy: 'docs/sandbox.md says what a skill may ask for.',
  });
}

type ImagePlan = Omit<PlannedImage, 'built'>;

/** Containers inherit them: so it is not the label that a sandbox has for its installation. */
const LABELS = {
  skill: 'coda.skill',
  hash: 'coda.skill.hash',
  installation: 'coda.skill.installation',
} as const;

const imageFilter = ({ skill, installation }: { skill: string; installation: string }): string[] => [
  `${LABELS.skill}=${skill}`,
  `${LABELS.installation}=${installation}`,
];

const FOLDER = '/opt/coda';
/** Debian's and Alpine's way; the names were looked at, so that no shell finds more in them than names. */
const INSTALL = [
  'if command -v apt-get >/dev/null 2>&1; then',
  'export DEBIAN_FRONTEND=noninteractive;',
  'apt-get update && apt-get install -y --no-install-recommends -- "$@" && rm -rf /var/lib/apt/lists/*;',
  'elif command -v apk >/dev/null 2>&1; then apk add --no-cache -- "$@";',
  'else echo "This image has neither apt-get nor apk." >&2; exit 1; fi',
].join(' ');
const PIP = ['python3', '-m', 'pip', 'install', '--no-cache-dir', '--disable-pip-version-check', '--no-input'];

/** Files for pip; one by one, because one with hashes wants hashes of all beside it. */
export function contextFiles({
  pip,
  requirements,
}: Pick<ImagePlan, 'pip' | 'requirements'>): { path: string; content: string }[] {
  const files = requirements.map(({ content }, index) => ({ path: `requirements-${index + 1}.txt`, content }));
  return pip.length > 0 ? [{ path: 'packages.txt', content: `${pip.join('\n')}\n` }, ...files] : files;
}

/** `base`: the id of the image that it is built on. */
export function dockerfile(plan: ImagePlan, base: string, pipIndex?: string): string {
  const { system } = plan;
  const files = contextFiles(plan);
  const labels = (['skill', 'hash', 'installation'] as const).map(
    (key) => `${JSON.stringify(LABELS[key])}=${quoteName(plan[key])}`,
  );
  const run = (words: readonly string[]) => `RUN ${JSON.stringify(words)}`;
  const lines = [
    `FROM ${base}`,
    'USER 0:0',
    'WORKDIR /',
    // First, so that what a build that fails leaves behind is known by it.
    `LABEL ${labels.join(' ')}`,
    ...(system.length > 0 ? [run(['sh', '-c', INSTALL, 'sh', ...system])] : []),
    // Newer Debians let pip into their own Python only with this; an older pip does not know it.
    ...(files.length > 0 ? ['ARG PIP_BREAK_SYSTEM_PACKAGES=1', 'ARG PIP_ROOT_USER_ACTION=ignore'] : []),
    ...files.flatMap(({ path }) => [
      `COPY ${JSON.stringify([path, `${FOLDER}/${path}`])}`,
      run([...PIP, ...indexOptions(pipIndex), '-r', `${FOLDER}/${path}`]),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function indexOptions(index: string | undefined): string[] {
  if (index === undefined) return [];
  const { protocol, hostname } = new URL(index);
  return ['--index-url', index, ...(protocol === 'http:' ? ['--trusted-host', hostname] : [])];
}

/** A name of a skill may be in any script; a `$` would be a variable. */
const quoteName = (text: string) => JSON.stringify(text).replaceAll('$', '\\$');
