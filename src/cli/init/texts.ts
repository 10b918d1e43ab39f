export const questions = {
  name: 'What is the assistant to be called?',
  zone: 'In which time zone do you live?',
  model: 'Whom shall I ask?',
  rest: 'Anything else? (space chooses, enter goes on)',
  url: 'The address of the PostgreSQL (postgres://user:password@host/name)',
};

export const keep = (label: string) => `${label} (enter keeps the one that is set)`;

export const inBrowser = 'In the browser, on this machine';

export const back = '← Back';

export const backHint = '(< goes back)';

export const POSTGRES = 'A PostgreSQL server of my own (without it: an embedded one, nothing to set up)';

export const SERVICE = 'Keep it running: a service of this system, for my user';

export const checkingCard = (title: string) => `Looking whether it works: ${title}`;

export const onOff = [
  { value: 'on', label: 'Yes' },
  { value: 'off', label: 'No' },
];

export const missing = 'It is empty.';

export const notZone = (zone: string) => `“${zone}” is no time zone; write a city, or a zone such as Europe/Berlin.`;

export const unknownZone = 'the time zone of this machine is none that is known; UTC is proposed';

export const notPostgres = 'It begins with postgres:// and names a server.';

export const refusedBy = ({ says, remedy }: { says: string; remedy?: string | undefined }) =>
  remedy ? `✗ ${says}. ${remedy}` : `✗ ${says}.`;

export const malformedAnswer = (label: string, detail: string) => `✗ ${label}: ${detail}`;

export interface WrittenSetup {
  config: string;
  env: string | undefined;
  cards: readonly { title: string; says: string; invite?: string | undefined; notes: readonly string[] }[];
  owner: string | undefined;
  model: string | undefined;
  service: { path: string; enable: string } | undefined;
  /** Address of the page on this machine. */
  page: string | undefined;
  run: string;
  /** Stands before a command here: `coda`, or `npm start --` in a clone. */
  coda: string;
}

export function finishedReport({ config, env, cards, owner, model, service, page, run, coda }: WrittenSetup): string {
  const lines = [
    `Written: ${config}${env ? `, and ${env} (only you can read it)` : ''}.`,
    ...cards.flatMap(({ title, says, invite, notes }) => [
      `${title}: ${says}.`,
      ...notes.map((note) => `  Still to be done: ${note}`),
      ...(invite ? ['  Invite it with exactly the permissions that it needs:', `  ${invite}`] : []),
    ]),
    owner ? `Owner: ${owner}.` : `Owner: whoever uses this terminal; others are let in with "${coda} pair CODE".`,
    model ? `Model: ${model}.` : 'Model: none.',
    ...(service ? [`Service: ${service.path}. Switch it on with:`, `  ${service.enable}`] : []),
    `Start it with "${coda} ${run}", and see with "${coda} doctor" whether all is well.`,
    'A coda that runs already reads this once it is ended and started again.',
    ...(page ? [`The page: ${page} ("${coda} open" signs your browser in while it runs).`] : []),
  ];
  return lines.join('\n');
}
