/**
 * What Discord refuses, as documented: message create (docs.discord.com/developers/resources/message), components
 * (…/components/reference: 5 rows, 5 buttons, custom_id 1-100 and unique, label ≤ 80), modals (title ≤ 45, 1-5 inputs),
 * commands (…/interactions/application-commands: names of 1-32, descriptions of 1-100, 25 options, 25 choices of 100,
 * 8,000 characters in all, required options first, those of a guild without contexts), threads (…/resources/channel:
 * names of 1-100), error bodies (…/reference#error-messages).
 */
import { type Body, Refusal } from './model.ts';

interface Problem {
  path: string;
  code: string;
  message: string;
}

/** Collects what is wrong with a body, and throws it the way Discord says it. */
class Problems {
  private readonly list: Problem[] = [];

  add(path: string, code: string, message: string): void {
    this.list.push({ path, code, message });
  }

  length(path: string, value: unknown, min: number, max: number): void {
    const text = typeof value === 'string' ? value : '';
    if ([...text].length < min || [...text].length > max) {
      this.add(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
    }
  }

  throw(): void {
    if (this.list.length === 0) return;
    const errors: Body = {};
    for (const { path, code, message } of this.list) {
      let at = errors;
      for (const step of path.split('.')) {
        at[step] ??= {};
        at = at[step] as Body;
      }
      at._errors = [...((at._errors as Body[]) ?? []), { code, message }];
    }
    throw new Refusal(400, 50035, 'Invalid Form Body', errors);
  }
}

const list = (value: unknown): Body[] => (Array.isArray(value) ? (value as Body[]) : []);

/** Throws what Discord would refuse about a message's content. `whole`: nothing of it stands already. */
export function checkMessage(body: Body, files: number, whole = true): void {
  const problems = new Problems();
  const { content, nonce, flags } = body;
  if (content !== undefined && content !== null && typeof content !== 'string') {
    problems.add('content', 'STRING_TYPE_CONVERT', 'Could not interpret the value as string.');
  }
  // Counted in code points, as the client's own counter does.
  if (typeof content === 'string') problems.length('content', content, 0, 2_000);
  if (nonce !== undefined) problems.length('nonce', String(nonce), 0, 25);
  if (flags !== undefined && typeof flags !== 'number') problems.add('flags', 'NUMBER_TYPE_COERCE', 'Not a number.');
  if (list(body.embeds).length > 10) problems.add('embeds', 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
  if (files > 10) problems.add('attachments', 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
  // …/resources/message#voice-messages
  if (Number(flags ?? 0) & 8_192) {
    const [voice] = list(body.attachments);
    if (content || files !== 1) problems.add('content', 'BASE_TYPE_MAX_LENGTH', 'A voice message is one file alone.');
    if (typeof voice?.waveform !== 'string' || !(Number(voice.duration_secs) > 0))
      problems.add('attachments', 'BASE_TYPE_REQUIRED', 'This field is required');
  }
  checkMentions(problems, body.allowed_mentions);
  checkComponents(problems, list(body.components));
  problems.throw();
  const says = typeof content === 'string' && content.trim() !== '';
  const shows = list(body.embeds).length + files + list(body.attachments).length + list(body.components).length > 0;
  if (whole && !says && !shows) throw new Refusal(400, 50006, 'Cannot send an empty message');
}

function checkMentions(problems: Problems, mentions: unknown): void {
  if (typeof mentions !== 'object' || mentions === null) return;
  const { parse, users } = mentions as { parse?: string[]; users?: string[] };
  if (parse?.includes('users') && users?.length) {
    problems.add('allowed_mentions', 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', 'parse and users are exclusive.');
  }
}

function checkComponents(problems: Problems, rows: Body[]): void {
  if (rows.length > 5) problems.add('components', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
  const ids = new Set<string>();
  for (const [row, { type, components }] of rows.entries()) {
    const path = `components.${row}`;
    if (type !== 1) problems.add(path, 'UNION_TYPE_CHOICES', 'Only action rows stand here.');
    const buttons = list(components);
    if (buttons.length < 1 || buttons.length > 5) {
      problems.add(`${path}.components`, 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
    }
    for (const [index, button] of buttons.entries()) {
      const at = `${path}.components.${index}`;
      problems.length(`${at}.label`, button.label, 1, 80);
      problems.length(`${at}.custom_id`, button.custom_id, 1, 100);
      if (ids.has(String(button.custom_id))) {
        problems.add(`${at}.custom_id`, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
      }
      ids.add(String(button.custom_id));
      if (![1, 2, 3, 4].includes(button.style as number)) {
        problems.add(`${at}.style`, 'BASE_TYPE_CHOICES', 'Value must be one of (1, 2, 3, 4, 5, 6).');
      }
    }
  }
}

export function checkModal(body: Body): void {
  const problems = new Problems();
  problems.length('data.title', body.title, 1, 45);
  problems.length('data.custom_id', body.custom_id, 1, 100);
  const rows = list(body.components);
  if (rows.length < 1 || rows.length > 5) problems.add('data.components', 'BASE_TYPE_BAD_LENGTH', 'Between 1 and 5.');
  for (const [row, { components }] of rows.entries()) {
    const [input] = list(components);
    const at = `data.components.${row}.components.0`;
    if (input?.type !== 4) problems.add(at, 'UNION_TYPE_CHOICES', 'Only text inputs stand here.');
    problems.length(`${at}.label`, input?.label, 1, 45);
    problems.length(`${at}.custom_id`, input?.custom_id, 1, 100);
    if (input?.placeholder !== undefined) problems.length(`${at}.placeholder`, input.placeholder, 0, 100);
  }
  problems.throw();
}

export function checkChoices(choices: unknown): void {
  const problems = new Problems();
  if (list(choices).length > 25) problems.add('data.choices', 'BASE_TYPE_BAD_LENGTH', 'Between 0 and 25.');
  for (const [index, { name, value }] of list(choices).entries()) {
    problems.length(`data.choices.${index}.name`, name, 1, 100);
    problems.length(`data.choices.${index}.value`, value, 0, 100);
  }
  problems.throw();
}

export function checkThread({ name }: Body): void {
  const problems = new Problems();
  problems.length('name', name, 1, 100);
  if (/\p{Surrogate}/u.test(String(name))) problems.add('name', 'STRING_TYPE_CONVERT', 'Not Unicode.');
  problems.throw();
}

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

export function checkCommands(commands: Body[], guild: string | undefined): void {
  const problems = new Problems();
  if (commands.length > 100) problems.add('_', 'APPLICATION_COMMANDS_EXCEEDED', 'Must be 100 or fewer.');
  const names = new Set<unknown>();
  for (const [index, command] of commands.entries()) {
    checkNamed(problems, `${index}`, command);
    if (names.has(command.name)) problems.add(`${index}.name`, 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Duplicate.');
    names.add(command.name);
    if (guild !== undefined && command.contexts !== undefined) {
      problems.add(`${index}.contexts`, 'APPLICATION_COMMAND_CONTEXTS_GLOBAL', 'Only for globally-scoped commands.');
    }
    const options = list(command.options);
    if (options.length > 25) problems.add(`${index}.options`, 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer.');
    let optional = false;
    for (const [at, option] of options.entries()) {
      checkNamed(problems, `${index}.options.${at}`, option);
      if (option.required && optional) {
        problems.add(`${index}.options.${at}`, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', 'Required ones first.');
      }
      optional ||= !option.required;
      if (list(option.choices).length > 25)
        problems.add(`${index}.options.${at}.choices`, 'BASE_TYPE_MAX_LENGTH', '25.');
    }
    if (JSON.stringify(command).length > 8_000) problems.add(`${index}`, 'APPLICATION_COMMAND_TOO_LARGE', 'Too large.');
  }
  problems.throw();
}

function checkNamed(problems: Problems, path: string, { name, description }: Body): void {
  if (!NAME.test(String(name)) || String(name) !== String(name).toLowerCase()) {
    problems.add(`${path}.name`, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  }
  problems.length(`${path}.description`, description, 1, 100);
}
