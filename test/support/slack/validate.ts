/** Rules for blocks (docs.slack.dev/reference/block-kit/blocks) and views (…/reference/views). */
import { type Body, Refusal } from './model.ts';

const invalid = (why: string) => new Refusal('invalid_blocks', { response_metadata: { messages: [`[ERROR] ${why}`] } });

type Surface = 'message' | 'modal' | 'home';

/** Throws `invalid_blocks` as Slack does. */
export function checkBlocks(blocks: unknown, surface: Surface): Body[] {
  if (!Array.isArray(blocks)) throw new Refusal('invalid_blocks_format');
  // 50 blocks in a message, 100 in a modal or the App Home.
  if (blocks.length > (surface === 'message' ? 50 : 100))
    throw invalid('no more than 50 items allowed [json-pointer:/blocks]');
  let markdown = 0;
  const ids = new Set<string>();
  const actions = new Set<string>();
  for (const block of blocks as Body[]) {
    const id = block.block_id;
    if (id !== undefined) {
      if (typeof id !== 'string' || id.length > 255 || ids.has(id)) throw invalid('block_id');
      ids.add(id);
    }
    checkBlock(block, surface, actions);
    if (block.type === 'markdown') markdown += String(block.text).length;
  }
  // 12,000 for all markdown blocks of a payload (…/blocks/markdown-block).
  if (markdown > 12_000) throw new Refusal('msg_blocks_too_long');
  return blocks as Body[];
}

function checkBlock(block: Body, surface: Surface, actions: Set<string>): void {
  switch (block.type) {
    case 'section': {
      if (block.text === undefined && block.fields === undefined) throw invalid('section without text');
      if (block.text !== undefined) checkText(block.text, ['mrkdwn', 'plain_text'], 3_000);
      if (block.accessory) checkButton(block.accessory as Body, actions);
      return;
    }
    case 'header':
      checkText(block.text, ['plain_text'], 150);
      return;
    case 'divider':
      return;
    case 'context': {
      const elements = block.elements as Body[];
      if (!Array.isArray(elements) || elements.length === 0 || elements.length > 10) throw invalid('context');
      for (const element of elements) checkText(element, ['mrkdwn', 'plain_text'], 3_000);
      return;
    }
    case 'actions': {
      const elements = block.elements as Body[];
      if (!Array.isArray(elements) || elements.length === 0 || elements.length > 25) throw invalid('actions');
      for (const element of elements) checkButton(element, actions);
      return;
    }
    case 'markdown': {
      if (surface !== 'message') throw invalid('markdown is for messages');
      if (typeof block.text !== 'string' || block.text === '') throw invalid('markdown without text');
      return;
    }
    case 'input': {
      if (surface === 'message') throw invalid('input');
      checkText(block.label, ['plain_text'], 2_000);
      const element = block.element as Body;
      if (element?.type !== 'plain_text_input' || typeof element.action_id !== 'string') throw invalid('input element');
      if (element.placeholder) checkText(element.placeholder, ['plain_text'], 150);
      if (element.initial_value !== undefined && String(element.initial_value).length > 3_000) throw invalid('initial');
      return;
    }
    default:
      throw invalid(`unsupported type: ${String(block.type)}`);
  }
}

function checkText(text: unknown, types: readonly string[], most: number): void {
  const { type, text: words } = (text ?? {}) as Body;
  if (!types.includes(String(type))) throw invalid(`text of type ${String(type)}`);
  if (typeof words !== 'string' || words.length === 0) throw invalid('must be more than 0 characters');
  if (words.length > most) throw invalid(`must be less than ${most + 1} characters`);
}

function checkButton(button: Body, actions: Set<string>): void {
  if (button.type !== 'button') throw invalid(`element ${String(button.type)}`);
  checkText(button.text, ['plain_text'], 75);
  const { action_id: id, value, style } = button;
  if (typeof id !== 'string' || id.length === 0 || id.length > 255) throw invalid('action_id');
  if (actions.has(id)) throw invalid(`action_id ${id} is there twice`);
  actions.add(id);
  if (value !== undefined && (typeof value !== 'string' || value.length > 2_000)) throw invalid('value');
  if (style !== undefined && style !== 'primary' && style !== 'danger') throw invalid('style');
}

/** Throws `invalid_arguments` for a view that Slack does not take. */
export function checkView(view: Body): void {
  const wrong = (why: string) =>
    new Refusal('invalid_arguments', { response_metadata: { messages: [`[ERROR] ${why}`] } });
  const { type, title, submit, callback_id: callback = '', private_metadata: metadata = '' } = view;
  if (type !== 'modal' && type !== 'home') throw wrong('type');
  if (String(callback).length > 255 || String(metadata).length > 3_000) throw wrong('too long');
  checkBlocks(view.blocks, type);
  if (type === 'home') return;
  const plain = (text: unknown, most: number) => {
    const { type: kind, text: words } = (text ?? {}) as Body;
    if (kind !== 'plain_text' || typeof words !== 'string' || words.length === 0 || words.length > most)
      throw wrong('title');
  };
  plain(title, 24);
  const inputs = (view.blocks as Body[]).some((block) => block.type === 'input');
  if (inputs && submit === undefined) throw wrong('submit is required with inputs');
  if (submit !== undefined) plain(submit, 24);
}

/** Throws `invalid_metadata_format` (docs.slack.dev/messaging/message-metadata). */
export function checkMetadata(metadata: unknown): Body {
  const { event_type: type, event_payload: payload } = (metadata ?? {}) as Body;
  if (typeof type !== 'string' || type.length === 0 || typeof payload !== 'object' || payload === null) {
    throw new Refusal('invalid_metadata_format');
  }
  for (const value of Object.values(payload)) {
    if (!['string', 'number', 'boolean'].includes(typeof value) && !Array.isArray(value)) {
      throw new Refusal('invalid_metadata_schema');
    }
  }
  return metadata as Body;
}
