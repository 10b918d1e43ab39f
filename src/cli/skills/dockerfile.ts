/** The `Dockerfile` of a skill's image, and the files beside it. Pure. */

import type { PlannedImage } from '../../skills/agent-skills/index.ts';

type ImagePlan = Omit<PlannedImage, 'built'>;

/** Containers inherit them: so it is not the label that a sandbox has for its installation. */
export const LABELS = {
  skill: 'coda.skill',
  hash: 'coda.skill.hash',
  installation: 'coda.skill.installation',
} as const;

/** The labels, `name=value`, that the images of a skill have and none of another installation. */
export const imageFilter = ({ skill, installation }: { skill: string; installation: string }): string[] => [
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
    (key) => `${JSON.stringify(LABELS[key])}=${quoted(plan[key])}`,
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
      run([...PIP, ...from(pipIndex), '-r', `${FOLDER}/${path}`]),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function from(index: string | undefined): string[] {
  if (index === undefined) return [];
  const { protocol, hostname } = new URL(index);
  return ['--index-url', index, ...(protocol === 'http:' ? ['--trusted-host', hostname] : [])];
}

/** A name of a skill may be in any script; a `$` would be a variable. */
const quoted = (text: string) => JSON.stringify(text).replaceAll('$', '\\$');
