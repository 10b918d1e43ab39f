import type { FaultKind } from '../base/errors.ts';
import { doesOf, formOf, inlineCode, oneLine, plural, roughDuration, shorten } from '../base/text.ts';
import type { Origin } from '../delivery/index.ts';

export const stoppedNotice = () => 'Stopped.';

export const tooManyCalls = (limit: number) =>
  `I stopped after ${plural(limit, 'step')} without getting to an end. Tell me how to go on, or ask for a smaller piece of it.`;

export function tookTooLong(ms: number): string {
  return `I stopped after ${roughDuration(ms)} without getting to an end. Ask again for a smaller piece of it.`;
}

export const toolTooSlow = (tool: string) => `${tool} did not finish in time; nothing was changed.`;

export const workingNotice = (what: string) => `${what}…`;

export const toolsFound = (tools: readonly { name: string; description: string }[]) =>
  `Found; call what fits:\n${tools.map(({ name, description }) => `- ${name}: ${shorten(description, 200)}`).join('\n')}`;

export const toolForms = (forms: readonly string[]) =>
  `Call one by its name:\n${forms.map((form) => `- ${form}`).join('\n')}`;

export const noToolsIn = (group: string) => `There are no tools for ${group} here.`;

export const noServers = () => 'No server with further tools is connected.';

export const noToolFound = (query: string, servers: readonly string[]) =>
  `No tool of ${servers.join(', ')} says that it does “${query}”.`;

/** A card was pressed that shows an earlier state of the thing. */
export const changedAsk = (text: string) => `It has been changed since; now it is “${oneLine(text, 200)}”. Delete it?`;

export const deleteLabel = () => 'Delete it';

/** The question about an act that a model has chosen and nobody has named, and its button. */
export const actMeant = (act: keyof typeof ACT_LABELS, text: string) => {
  const label = ACT_LABELS[act];
  const about = text === '' ? '' : `: “${oneLine(text, 200)}”`;
  return { label, question: `${label}${about}? I am not sure that you meant this, and nothing was done yet.` };
};

const ACT_LABELS = {
  remove: 'Delete it',
  forget: 'Forget it',
  undo: 'Take it back',
  finish: 'Mark as done',
  later: 'Move it',
  skip: 'Skip it',
  add: 'Add to it',
  replace: 'Change it',
  tag: 'Set its tags',
  pause: 'Pause it',
  resume: 'Go on with it',
  run: 'Run it now',
  create: 'Make a new one',
};

export const droppedNotice = () => 'All right.';

export const nothingToSay = () => 'I have no answer to that.';

export const outcomeUnknown = (tool: string) =>
  `${tool} had begun when I was interrupted; whether it happened is unknown. Look before doing it again.`;

export const outcomeUnknownToPerson = (tool: string) =>
  `I was interrupted while \`${tool}\` ran, so I do not know whether it happened.`;

export const asPlanned = (words: string, why?: string) =>
  [`You wanted this now: “${words}”`, ...(why === undefined ? [] : [why])].join('\n');

export const asBrought = (words: string, why?: string) =>
  [`A program says: “${words}”`, ...(why === undefined ? [] : [why])].join('\n');

export const calledOnly = () => '[You were called, without a word.]';

export const calledReply = () => 'Yes? Tell me what to do; `help` shows what I understand.';

/** `what`: what came without words. `why`: why no model answers, where one is configured. */
export const onlyWords = (what: string, why?: string) =>
  [
    `I got ${what}, and without a model I understand words alone: write what it is about or what I am to do with it, such as “remind me tomorrow at 9 to …” or “note: …”.`,
    ...(why === undefined ? [] : [why]),
  ].join('\n');

export const notKept = (characters: number) =>
  `[${plural(characters, 'more character was', 'more characters were')} not kept.]`;

export const forbidden = () => 'a skill in use rules this tool out until you have answered. Go on without it.';

export const notOffered = () => 'it was not given to you.';

export const notPermitted = () => 'the person may not use it.';

export const valueGone = () => 'What was to be typed is stored nowhere, and is gone since then.';

export const valueGoneRemedy = () => 'Make the call again with the value; ask the person for it if you do not know it.';

export const unshown = (characters: number) => `[not shown, ${plural(characters, 'character')}]`;

/** A tool by what it does, and each field of the call on a line of its own. */
export const reallyCall = (description: string, input: Readonly<Record<string, unknown>>) => {
  const lines = Object.entries(input).map(([name, value]) => `${name}: ${oneLine(inWords(value), 2_000)}`);
  const block = lines.length === 0 ? '' : `\n\`\`\`\n${lines.join('\n').replaceAll('`', 'ˋ')}\n\`\`\``;
  return `This asks first: ${doesOf(description)}.${block}`;
};

const inWords = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, field]) => `${name} ${inWords(field)}`)
    .join('; ');
};

export const policyAsks = () => 'My settings say that I ask first.';

export const deniedNotice = (reason: string) => `That is not allowed: ${reason}`;

export const notToldThere = (skill: string | undefined) =>
  `The answer is told where others read, and what is the person’s own${skill === undefined ? '' : ` (${skill})`} is not told there. ` +
  'They can allow it by name with “/targets private”.';

export const othersData = () => 'It is about another person, and only they can ask for that.';

export const lookedAt = ({ says, byPerson }: { says: string; byPerson?: true }) =>
  byPerson ? says : `A second look says: ${says}`;

export const lookUnpaid = () =>
  'No second look was possible: what self-improvement may spend is used up for now. It runs only if you say yes.';

export const pressedNote = () => 'They were shown what this call would do, and pressed its button.';

export const notLookedAt = () => 'it could not be looked at.';

export const alwaysAsks = () => 'I always ask before this.';

export const untrustedReason = () =>
  'I have read text from elsewhere, which may have led me to this, and you have not named it yourself.';

export const filesInPlay = () =>
  'I have your files before me, whose words may get out by this, and you have not named it yourself.';

export const followsAfterOwn = () =>
  'You have not named it yourself, and something of yours was read: which link is opened, or which field filled in, can tell its author about that.';

export const followsMore = (times: number) =>
  `Pages have named ${plural(times, 'that was', 'that were')} opened or filled in already. Your answer holds for all further ones while this is answered.`;

export const followsNoMore = () => 'the person wants nothing further opened that only a page names.';

export const actsOutside = () => 'I ask because it has an effect outside of this conversation.';

export const cannotBeUndone = () => 'It cannot be undone.';

export const sendsElsewhere = (places: readonly string[]) =>
  `It sends to another place than this: ${places.join(', ')}.`;

export const deletesMore = (tainted: boolean) => `I have deleted something already, and ${inPlay(tainted)}.`;

export const bringsOwn = () =>
  'It shows something of yours where others read, their words are in play, and you have not named it.';

const inPlay = (tainted: boolean) => (tainted ? 'have read text from elsewhere' : 'have your files before me');

export const settingOfAll = () =>
  'Here it would change for everybody; only an owner can do that. In a direct message you can.';

export const writtenMeanwhile = (names: readonly string[], more: number) =>
  `Changed while text from elsewhere, or a file, was in play: ${[...names, ...(more > 0 ? [`${more} more`] : [])].join(', ')}.`;

export const denyBecause = () => 'Deny, because …';

export const reasonLabel = () => 'Why not?';

/** `because`: why, in the words of whoever decided. */
export const declinedNote = (because?: string) =>
  because === undefined
    ? 'The person said no. Do not try it again for this message; a later wish counts anew.'
    : `The person said no, because: ${JSON.stringify(because)}. Do not try the same again; another call that does what they say asks them anew.`;

export const changedSinceAsked = () =>
  'It is not what the person said yes to any more: something of it has changed since. It was not run.';

export const unansweredNote = () =>
  'The person did not answer in time, which means no. Do not try it again for this message; a later wish counts anew.';

/** Discord ends bold words at such a mark also in code. */
const inBold = (words: string) => (words.includes('**') ? words : `**${words}**`);

export const approvalAsked = (sentence: string, reason: string) =>
  `May I do this? ${inBold(asSentence(sentence))} ${reason}`;

/** `running code` → `Running code.` */
const asSentence = (words: string) =>
  `${words.slice(0, 1).toUpperCase()}${words.slice(1)}${/[.!?…]$/.test(words) ? '' : '.'}`;

/** Values of a call in a sentence. */
export const yesOrNo = (value: boolean) => (value ? 'yes' : 'no');

export const andMore = (count: number) => (count > 0 ? ` … and ${count} more` : '');

export const askedUnder = (reason: string) => `An assistant that works for this answer wants to. ${reason}`;

/** `github_create_issue` of the server `github` → `Use “create issue” of github` */
export const purposeElsewhere = (tool: string, server: string | undefined) => {
  const own = server !== undefined && tool.startsWith(`${server}_`) ? tool.slice(server.length + 1) : tool;
  const name = oneLine(own.replace(/[_-]+/g, ' ').replaceAll('`', ''), 100);
  return server === undefined ? `Use “${name}”` : `Use “${name}” of ${oneLine(server, 60)}`;
};

export const approvalExpired = () => 'Not approved: nobody answered in time';

export const approvalGone = () => 'That question is not open any more.';

export const approvalNotYours = () => 'Only the person who asked for it, or an owner, can decide that.';

export const approvalByPerson = () => 'Only a person can decide that, at the moment when they are asked.';

/** Whoever sits at a terminal is a program until its session carries the token. */
export const refusedRemedy = (origin: Origin): { remedy?: string } =>
  origin === 'program'
    ? {
        remedy:
          'This terminal did not bring `access.approval_token`: start `coda chat` with the configuration that I run with.',
      }
    : {};

export const forConversation = () => 'Approve for this conversation';

export const approvedNotice = () => 'Approved.';

export const disapprovedNotice = () => 'Not approved.';

export const nothingToUndo = () => 'There is nothing to take back here.';

/** A failure of a model, as far as these sentences tell it. */
interface FailureDetails {
  reason?: string | undefined;
  window?: number | undefined;
  retryAfterMs?: number | undefined;
  said?: string | undefined;
  told?: string | undefined;
}

interface Failure {
  fault: FaultKind;
  details: FailureDetails;
}

/** Why no answer came from the model, with what would help; never a key, a stack or a raw body. */
export function modelFault({ fault, details }: Failure): string {
  return details.said ?? byReason(details) ?? byFault(fault, details);
}

function byReason({ reason, window }: FailureDetails): string | undefined {
  switch (reason) {
    case 'wrong_address':
      return 'What answers at the configured address is not the model’s service. The owner can mend `base_url` or `kind` in the `models` block; `coda doctor` says what is there.';
    case 'no_tools':
      return 'The model’s server takes no tools. The owner can choose another model, or set `tools: text` for its provider in the `models` block.';
    case 'no_credit':
      return 'The model’s provider answers no more: the account there has no credit left, or has reached its own limit. The owner can pay there, or choose another model in the `models` block.';
    case 'small_window': {
      const size = window === undefined ? '' : ` (${window.toLocaleString('en')} ${formOf(window, 'token')})`;
      return `The model’s window${size} is too small for what I have to tell it. The owner can start the model with a larger one, or choose another in the \`models\` block.`;
    }
    case 'rejected':
      return 'The model’s service refuses what I send it, and would refuse it again. `/model` tells the owner why.';
    case 'thoughts':
      return 'The model thought for as long as its answer may be, and said nothing. The owner can raise `max_tokens` in the `models` block, or have it think less.';
    case 'slip':
    case 'silent':
    case undefined:
      return undefined;
  }
}

/** `why`: the end of a sentence about it. */
export const fileNotRead = (name: string, why: string) => `${name}, not read: ${why}.`;

export const cutByFilter = () => 'A filter of the model’s service cut this off. I leave it out of what I send next.';

export const filesAlone = (names: readonly string[]) => `Here: ${names.map((name) => `\`${name}\``).join(', ')}`;

export const doneEvenSo = (names: readonly string[], more: number) =>
  `Done before that: ${[...names, ...(more > 0 ? [`${more} more`] : [])].join(', ')}.`;

export const pictureLeftOut = () => 'A picture was left out, since the model’s service could not read it.';

export const beforeLeftOut = () =>
  'What was said before was not taken by the model’s service, so this was answered without it.';

const A_MINUTE_MS = 90_000;
/** From then on waiting is no way out. */
const AN_HOUR_MS = 3_600_000;

function busy(ms: number): string {
  const until = ms <= A_MINUTE_MS ? 'a minute' : roughDuration(ms);
  const instead =
    ms < AN_HOUR_MS ? '' : ' The owner can choose another in the `models` block, or have its limit raised.';
  return `The model is busy and asked me to wait. Please try again in ${until}.${instead}`;
}

function byFault(fault: FaultKind, { retryAfterMs = 0, told }: FailureDetails): string {
  switch (fault) {
    case 'rate_limited':
      return busy(retryAfterMs);
    case 'auth_expired':
      return 'The model refuses my key. The owner can mend it in the `models` block of the configuration.';
    case 'not_found':
      return 'The model’s service does not have the configured model for us. The owner can choose another in the `models` block.';
    case 'context_overflow':
      return 'That is too long for the model. Ask for a smaller piece of it.';
    case 'refused':
      return 'The model declined to answer that. I leave it out of what I send next, so that we can go on.';
    case 'budget':
      return 'The budget for the model is used up.';
    case 'malformed_output':
      return 'The model answered with something I could not read. Please try again.';
    case 'cancelled':
      return stoppedNotice();
    case 'transient':
      return `The model cannot be reached right now. Please try again in a moment.${told === undefined ? '' : ' If it stays so, the owner can mend it: `/model` says why.'}`;
  }
}

export const notAskedAgain = () => 'No model answers, so this was not asked again. What was done before stands.';

/** Beside a message that is asked again, for the model. */
export const askedAgain = () =>
  'The person wants another answer to the same message. Whatever your earlier answers to it did stays done: do none of it again, and say that it is done.';

export const refusedBecause = (reason: string) => `Its service says: ${inlineCode(reason)}`;

export const capabilityGone = () => 'I cannot do that any more: what it belongs to was removed.';

export const withoutModel = (failure: Failure) =>
  `${modelFault(failure)} What needs no model goes on meanwhile: \`/help\` shows how to ask for it.`;

const PERIODS = { day: 'today', month: 'this month' };

interface SpentLimit {
  whose: 'person' | 'all';
  period: 'day' | 'month';
  limit: number;
  spent: number;
}

export function budgetOver({ whose, period, limit, spent }: SpentLimit, currency: string): string {
  const budget = `${whose === 'person' ? 'Your' : 'The'} budget for models ${PERIODS[period]} is used up`;
  const again = period === 'day' ? 'tomorrow' : 'on the first of next month';
  return `${budget}: ${money(spent, currency)} of ${money(limit, currency)}. It begins anew ${again}; the owner can raise it under \`models.budgets\`. What needs no model goes on meanwhile.`;
}

export const priceUnknown = (model: string, isCounted: boolean) =>
  isCounted
    ? `I do not know what \`${model}\` costs, so I count it like the dearest model of its provider. The owner can set it under \`models.prices\`.`
    : `I do not know what \`${model}\` costs, so it counts towards no budget. The owner can set it, or a default, under \`models.prices\`.`;

export function budgetLow({ whose, period, limit, spent }: SpentLimit, currency: string): string {
  const budget = whose === 'person' ? 'your budget' : 'the budget';
  return `Of ${budget} for models ${PERIODS[period]} ${money(limit - spent, currency)} of ${money(limit, currency)} are left, so the lighter model answers from here on.`;
}

export const requestOver = (limit: number, currency: string) =>
  `I stopped because this one answer had cost ${money(limit, currency)} already. Ask for a smaller piece of it; the owner can raise the limit under \`models.budgets.request\`.`;

export const subagentTooSlow = () => 'The nested turn did not come to an end in time.';

export const subagentTooBusy = () => 'The nested turn used more tools than it may without getting to an end.';

export const subagentOutOfTokens = (budget: number) =>
  `The nested turn used up its ${budget.toLocaleString('en-US')} ${formOf(budget, 'token')} without getting to an end. Give it a smaller task.`;

export const answerNow = () => ({
  title: 'Your budget',
  text: 'Your tokens are nearly used up. Call no more tools: answer now with what you have, and say what is missing.',
});

export const stillInvalid = (tool: string) =>
  `${tool} was called wrongly again, so it fails. Do not call it any more: do without it, or tell the person what is in the way.`;

export const repeatedCall = () =>
  'You have made exactly this call twice already, with the results above. Do not make it again: use them, try something else, or tell the person what is in the way.';

export const saidTwice = () =>
  'This call stands twice in your answer, and counts once: the result of the first one holds for both.';

export const loopBroken = (tool: string) =>
  `I stopped because I kept doing the same thing (\`${tool}\`) without getting on. Tell me what you need in other words.`;

/** `1.25 USD`; small amounts keep their first digits. */
export function money(amount: number, currency: string): string {
  const digits = amount > 0 && amount < 0.1 ? 4 : 2;
  return `${amount.toFixed(digits)} ${currency}`;
}

export const pausedNotice = (tool: string, failures: number) =>
  `${tool} has failed ${plural(failures, 'time')} in a row and rests for a while; it is tried again by itself.`;

export const pausedRemedy = () => 'Do without it for now; an owner sees more with /doctor.';

export const approvalAtHome = (sentence: string, details: string): string => `${sentence}\n${details}`;

export const approvalsTitle = () => 'Waiting for your decision';

export const someOf = (count: number, all: number): string =>
  `These are ${count} of ${all}: say more words of it, or its number in the list.`;
