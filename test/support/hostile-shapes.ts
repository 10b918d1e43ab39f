/** Shapes of what others send that once took a parser more than linear time, or all memory: of any size. */

/** Bytes of about `size`. */
export type Shape = (size: number) => Buffer;

const text = (size: number, unit: string, { before = '', after = '' } = {}): Buffer =>
  Buffer.from(before + unit.repeat(Math.ceil(Math.max(0, size - before.length - after.length) / unit.length)) + after);
const numbered = (size: number, unitOf: (nth: number) => string, { before = '', after = '' } = {}): Buffer => {
  const units: string[] = [];
  for (let nth = 0, length = 0; length < size; nth++) {
    const unit = unitOf(nth);
    units.push(unit);
    length += unit.length;
  }
  return Buffer.from(before + units.join('') + after);
};
const halves = (size: number, open: string, close: string, { before = '', within = '', after = '' } = {}): Buffer => {
  const depth = Math.floor(size / (open.length + close.length));
  return Buffer.from(before + open.repeat(depth) + within + close.repeat(depth) + after);
};
const binary = (size: number, head: string, unit: string): Buffer => {
  const bytes = Buffer.alloc(size, Buffer.from(unit, 'hex'));
  Buffer.from(head, 'hex').copy(bytes);
  return bytes;
};

/** Ten shapes of the body of a message, as JSON. */
export const JSON_SHAPES: Readonly<Record<string, Shape>> = {
  'lists in lists': (size) => halves(size, '[', ']', { before: '{"text":', within: '1', after: '}' }),
  'objects in objects': (size) => halves(size, '{"text":', '}', { within: '1' }),
  'many values': (size) => text(size, '1,', { before: '{"text":"a","files":[', after: '1]}' }),
  'many empty objects': (size) => text(size, '{},', { before: '{"text":"a","files":[', after: '{}]}' }),
  'many keys': (size) => numbered(size, (nth) => `"k${nth}":1,`, { before: '{', after: '"text":"a"}' }),
  'one key many times': (size) => text(size, '"text":"a",', { before: '{', after: '"text":"a"}' }),
  'one long text': (size) => text(size, 'a', { before: '{"text":"', after: '"}' }),
  escapes: (size) => text(size, '\\u0061', { before: '{"text":"', after: '"}' }),
  blanks: (size) => text(size, ' ', { before: '{"text":"a"', after: '}' }),
  'no end': (size) => text(size, '{"text":"a","files":[{"name":"'),
};

const FORM = '--x\r\nContent-Disposition: form-data; name="';
const FORM_END = '\r\n--x--\r\n';

/** Ten shapes of a form, with the boundary `x`. */
export const FORM_SHAPES: Readonly<Record<string, Shape>> = {
  'many parts': (size) => text(size, `${FORM}text"\r\n\r\na\r\n`, { after: FORM_END }),
  'many names': (size) => numbered(size, (nth) => `${FORM}a${nth}"\r\n\r\na\r\n`, { after: FORM_END }),
  'many files': (size) => text(size, `${FORM}f"; filename="a"\r\n\r\na\r\n`, { after: FORM_END }),
  'a long head': (size) => text(size, 'a', { before: FORM, after: `"\r\n\r\na${FORM_END}` }),
  'many heads': (size) => text(size, 'X-A: a\r\n', { before: `${FORM}text"\r\n`, after: `\r\na${FORM_END}` }),
  'a long text': (size) => text(size, 'a', { before: `${FORM}text"\r\n\r\n`, after: FORM_END }),
  'boundaries alone': (size) => text(size, '--x\r\n'),
  'almost boundaries': (size) => text(size, '\r\n--', { before: `${FORM}text"\r\n\r\n`, after: FORM_END }),
  'ends of lines': (size) => text(size, '\r\n', { before: `${FORM}text"\r\n\r\n`, after: FORM_END }),
  'no end': (size) => text(size, 'a', { before: `${FORM}text"\r\n\r\n` }),
};

/** Ten shapes of a text with lines of its own syntax, `own` and `open`. */
export function textShapes({
  before = '',
  own,
  open,
  after = '',
}: {
  before?: string;
  own: string;
  open: string;
  after?: string;
}) {
  const around = { before, after };
  return {
    'one line': (size: number) => text(size, 'a', around),
    'many lines': (size: number) => text(size, 'a\n', around),
    blanks: (size: number) => text(size, ' ', around),
    brackets: (size: number) => text(size, '[({<', around),
    cells: (size: number) => text(size, 'a|', around),
    marks: (size: number) => text(size, '*_`~', around),
    backslashes: (size: number) => text(size, '\\', around),
    'marks upon letters': (size: number) => text(size, 'e\u0301', around),
    'lines of its own': (size: number) => numbered(size, (nth) => own.replaceAll('%', String(nth)), around),
    'what never ends': (size: number) => text(size, open, around),
  } satisfies Record<string, Shape>;
}

/** Ten shapes of a picture: small blocks, and a head for each kind. */
export const PICTURE_SHAPES: Readonly<Record<string, Shape>> = {
  'a JPEG of filling bytes': (size) => binary(size, 'ffd8ff', 'ff'),
  'a JPEG of empty blocks': (size) => binary(size, 'ffd8ffe0', 'ffe00002'),
  'a JPEG of starts': (size) => binary(size, 'ffd8ffd8', 'ffd8'),
  'a JPEG with many cameras': (size) => binary(size, 'ffd8ffe1', '457869660000'),
  'a PNG of empty chunks': (size) => binary(size, '89504e470d0a1a0a', '000000004944415400000000'),
  'a PNG of ends': (size) => binary(size, '89504e470d0a1a0a', '49454e44'),
  'a HEIC of tiles': (size) => binary(size, '000000186674797068656963', '00000014697370650000000000000001'),
  'a HEIC of boxes': (size) => binary(size, '000000186674797068656963', '0000000866726565'),
  'a GIF of blocks': (size) => binary(size, '474946383961', '2c0000'),
  'a WebP of chunks': (size) => binary(size, '524946460000000057454250', '4a554e4b00000000'),
};

const WAV = '52494646ffffffff57415645666d7420100000000100';
/** Ten shapes of a recording. */
export const SOUND_SHAPES: Readonly<Record<string, Shape>> = {
  'a WAV of 1,000 samples a second': (size) =>
    binary(size, `${WAV}0100e8030000d00700000200100064617461ffffffff`, '0102'),
  'a WAV of 96,000 samples a second': (size) =>
    binary(size, `${WAV}01000077010000ee0200020010006461746100000000`, '01'),
  'a WAV of many channels': (size) => binary(size, `${WAV}ffff80bb000000ee0200020010006461746100000000`, '01'),
  'a WAV of empty chunks': (size) => binary(size, '524946460000000057415645', '4a554e4b00000000'),
  'a WAV of formats': (size) => binary(size, '524946460000000057415645', '666d7420'),
  'an Ogg of empty pages': (size) =>
    binary(size, '4f67675300', '4f676753000000000000000000000000000000000000000000000000'),
  'an Ogg of marks': (size) => binary(size, '4f67675300', '4f676753'),
  'an MP3 of heads': (size) => binary(size, '494433040000', 'fffb9000'),
  'an MP4 of boxes': (size) => binary(size, '00000018667479704d344120', '0000000866726565'),
  'an MP4 of films': (size) => binary(size, '00000018667479704d344120', '6d766864'),
};

const event = (delta: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
const DONE = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;

/** Ten shapes of a stream of Chat Completions. */
export const STREAM_SHAPES: Readonly<Record<string, Shape>> = {
  'many pieces': (size) => text(size, event({ content: 'a' }), { after: DONE }),
  'pieces of blanks': (size) => text(size, event({ content: ' ' }), { after: DONE }),
  'pieces of thoughts': (size) => text(size, event({ reasoning_content: 'a' }), { after: DONE }),
  'thoughts in the text': (size) => text(size, event({ content: '<think>' }), { after: DONE }),
  'pieces of one call': (size) =>
    text(size, event({ tool_calls: [{ index: 0, id: 'a', function: { name: 'a', arguments: '{' } }] }), {
      after: DONE,
    }),
  'many calls': (size) =>
    numbered(
      size,
      (nth) => event({ tool_calls: [{ index: nth, id: `a${nth}`, function: { name: 'a', arguments: '{}' } }] }),
      { after: DONE },
    ),
  'one long piece': (size) => Buffer.from(event({ content: 'a\n'.repeat(size / 2) }) + DONE),
  'signs of life': (size) => text(size, ': ping\n', { after: `\n${DONE}` }),
  'empty lines': (size) => text(size, '\n', { after: DONE }),
  'one event of many lines': (size) => text(size, 'data: a\n'),
};

/** Ten shapes of the schema of a tool. */
export const SCHEMA_SHAPES: Readonly<Record<string, Shape>> = {
  'itself within itself': (size) =>
    numbered(size, (nth) => `"p${nth}":{"$ref":"#"},`, {
      before: '{"type":"object","properties":{',
      after: '"z":{}}}',
    }),
  'a circle of references': (size) =>
    numbered(size, (nth) => `"d${nth}":{"$ref":"#/$defs/d${nth + 1}"},`, {
      before: '{"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{',
      after: '"z":{"$ref":"#"}}}',
    }),
  'each refers to two': (size) =>
    numbered(size, (nth) => `"d${nth}":{"anyOf":[{"$ref":"#/$defs/d${nth + 1}"},{"$ref":"#/$defs/d${nth + 1}"}]},`, {
      before: '{"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{',
      after: '"z":{}}}',
    }),
  'many choices': (size) => text(size, '{},', { before: '{"type":"object","anyOf":[', after: '{}]}' }),
  'choices in choices': (size) => halves(size, '{"anyOf":[', ']}', { within: '{}' }),
  'objects in objects': (size) => halves(size, '{"type":"object","properties":{"a":', '}}', { within: '{}' }),
  'many properties': (size) =>
    numbered(size, (nth) => `"p${nth}":{},`, { before: '{"type":"object","properties":{', after: '"z":{}}}' }),
  'a long description': (size) => text(size, 'a ', { before: '{"type":"object","description":"', after: '"}' }),
  'a long reference': (size) => text(size, '/a', { before: '{"type":"object","$ref":"#', after: '"}' }),
  'many values': (size) =>
    text(size, '"a",', { before: '{"type":"object","properties":{"a":{"enum":[', after: '"z"]}}}' }),
};
