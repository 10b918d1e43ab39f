// An MCP server whose answers are as odd as those of real ones: over stdio, or over HTTP as JSON or as events, where it prints
// its address. What it answers a call stands in the tool's name.
const { createServer } = require('node:http');
const { createInterface } = require('node:readline');

const [way] = process.argv.slice(2);
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const said = { content: [{ type: 'text', text: 'it is so' }] };
const answer = (id, fields) => JSON.stringify({ jsonrpc: '2.0', id, ...fields });
const content = (id, ...parts) => answer(id, { result: { content: parts } });

const CALLS = {
  // hister 363, java-sdk 575: null where there is nothing
  empties: (id) =>
    answer(id, {
      error: null,
      method: null,
      result: {
        content: [{ type: 'text', text: 'it is so', annotations: null, mimeType: null }, null],
        structuredContent: null,
        isError: null,
        _meta: null,
      },
    }),
  number_as_text: (id) => answer(String(id), { result: said }),
  without_version: (id) => JSON.stringify({ id, result: said }),
  one_piece: (id) => answer(id, { result: { content: said.content[0] } }),
  text_alone: (id) => answer(id, { result: { content: 'it is so' } }),
  // gyazo 129
  data_url: (id) => content(id, { type: 'image', data: `data:image/png;base64,${PICTURE}` }),
  data_url_in_text: (id) => content(id, { type: 'text', text: `data:image/png;base64,${PICTURE}` }),
  lines_of_base64: (id) =>
    content(id, { type: 'image', data: PICTURE.replace(/.{40}/g, '$&\r\n'), mimeType: 'image/png' }),
  // Wazuh 75, Codewhale 5335: answers that are none
  nothing: (id) => answer(id, {}),
  empty_result: (id) => answer(id, { result: null }),
  text_as_result: (id) => answer(id, { result: 'it is so' }),
  list_as_result: (id) => answer(id, { result: [said] }),
  number_as_content: (id) => answer(id, { result: { content: 7 } }),
  not_a_number: (id) => `{"jsonrpc":"2.0","id":${id},"result":{"structuredContent":{"mean":NaN},"content":[]}}`,
  not_a_number_last: (id) => `{"result":{"content":[],"mean":NaN},"jsonrpc":"2.0","id":${id}}`,
  cut: (id) => `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"te`,
  text_as_error: (id) => answer(id, { error: 'no such issue' }),
  error_without_code: (id) => answer(id, { error: { message: 'no such issue', code: null } }),
  // n8n-mcp 673
  noise: (id) => `\u001b[32mINFO\u001b[0m served {"id": 1} in 3 ms ${answer(id, { result: said })}`,
  // What it logs of the question is no message.
  logged: (id) => `DEBUG got {"jsonrpc":"2.0","id":77,"method":"ping"}\n${answer(id, { result: said })}`,
};

const SCHEMAS = [
  undefined,
  null,
  {},
  { type: 'object' },
  { type: null, properties: { words: { type: 'string', title: null, description: null } }, required: null },
  { type: 'object', properties: { list: { type: 'array' } } },
  { anyOf: [{ type: 'object', properties: { words: { type: 'string' } }, required: ['words'] }] },
  { properties: { words: {} }, $schema: 'http://json-schema.org/draft-07/schema#' },
];
const names = Object.keys(CALLS);
const tools = names.map((name, index) => ({
  name,
  title: null,
  description: null,
  ...(index > 0 && { inputSchema: SCHEMAS[index % SCHEMAS.length] }),
  annotations: { readOnlyHint: true, title: null },
}));

const ANSWERS = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {}, prompts: { listChanged: null }, resources: {}, logging: null },
    serverInfo: { name: 'odd', title: null },
    instructions: null,
  }),
  'tools/list': ({ cursor }) => ({ tools, nextCursor: cursor ? '' : 'again' }),
  'prompts/list': () => ({ prompts: [{ name: 'greet', description: null, arguments: null }], nextCursor: 'again' }),
  'resources/list': () => ({ resources: [{ uri: 'x://one', name: null, mimeType: null }], nextCursor: null }),
};

function answerTo({ id, method, params = {} }) {
  if (method === 'tools/call') return CALLS[params.name](id);
  const result = ANSWERS[method]?.(params);
  return answer(id, result ? { result, error: null } : { error: { code: -32601, message: 'no such method' } });
}

if (way === 'stdio') {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const message = JSON.parse(line);
    if (message.id !== undefined) process.stdout.write(`${answerTo(message)}\n`);
  });
} else {
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') return response.writeHead(405).end();
    let body = '';
    for await (const chunk of request) body += chunk;
    const message = JSON.parse(body);
    if (message.id === undefined) return response.writeHead(202).end();
    const text = answerTo(message);
    if (way === 'json') return response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    // A server that ends without a word is not waited for.
    if (message.params?.name === 'cut') return response.end(': nothing\n\n');
    for (const piece of `event: message\ndata: ${text}\r\n\r\n`.match(/[\s\S]{1,7}/g)) response.write(piece);
    response.end();
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
}
