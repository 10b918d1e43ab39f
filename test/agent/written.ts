/** An answer in pieces, as the text and the calls that come of it. */
import { ThinkingStripper } from '../../src/agent/inference/strip-thinking.ts';
import { callsIn, settleBlocks, withoutCalls } from '../../src/agent/inference/text-calls.ts';

const tools = [
  {
    name: 'note_save',
    description: 'Saves a note.',
    schema: {
      type: 'object',
      properties: {
        text: { type: 'string' },
        times: { type: 'integer' },
        tags: { type: 'array', items: { type: 'string' } },
        where: { type: 'object', properties: { city: { type: 'string' } } },
      },
      required: ['text'],
      additionalProperties: false,
    },
  },
  { name: 'note_list', description: 'Lists notes.', schema: { type: 'object', properties: {} } },
];
/** What comes of an answer that comes in these pieces, and what is shown of it meanwhile. */
export function readPieces(pieces: readonly string[], offered = tools) {
  const speech = new ThinkingStripper();
  const shown = pieces.map((piece) => {
    speech.add(piece);
    return withoutCalls(speech, offered);
  });
  speech.readToEnd();
  const heard = settleBlocks(speech, offered);
  const { calls = [], problem, text = heard.text } = callsIn(heard, offered) ?? {};
  return { text, calls: calls.map(({ name, input }) => ({ name, input })), problem, thought: speech.thought, shown };
}

export const inPieces = (text: string, size: number) =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));
