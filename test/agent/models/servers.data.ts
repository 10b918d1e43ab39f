/**
 * Services that people put behind coda, each with what is known of its ways and where that was read. A row says only what
 * stands there: a service may well do more. Rows named after models are servers that let the models' own calls through.
 */
import type { Service } from '../../support/model-server/services.ts';

const THINK = 'Qwen, DeepSeek, GLM, Kimi K2, MiniMax, Seed-OSS and most others';

export const SERVICES: readonly Service[] = [
  {
    service: 'OpenAI',
    known: 'opencode 37964; dify 28987; platform.openai.com/docs/api-reference/chat_streaming',
    refuses: ['max_tokens', 'long ids'],
    streams: ['usage is null'],
  },
  {
    service: 'Azure OpenAI',
    known: 'the reference of Azure: its filters come in a chunk without choices',
    refuses: ['max_tokens', 'usage, path'],
    streams: ['filters first', 'no usage'],
  },
  { service: 'Anthropic', known: 'platform.claude.com/docs/en/api/messages', api: 'anthropic' },
  {
    service: 'a proxy of the Messages API that knows no cache',
    known: 'the words of the Messages API for an unknown field',
    api: 'anthropic',
    refuses: ['cache_control'],
  },
  { service: 'llama.cpp', known: 'llama.cpp 27580, 27397', refuses: ['patterns'], thoughts: 'reasoning_content' },
  {
    service: 'llama.cpp with a template that knows no results',
    known: 'llama.cpp 19851, 16714; picoclaw 207',
    refuses: ['turns, llama.cpp'],
  },
  {
    service: 'vLLM',
    known: 'docs.vllm.ai: reasoning outputs',
    thoughts: 'reasoning_content',
    streams: ['empty deltas'],
  },
  { service: 'vLLM without its flags', known: 'the words of vLLM', refuses: ['tools, vLLM'] },
  {
    service: 'an older vLLM',
    known: 'the words of vLLM',
    refuses: ['usage, FastAPI in JSON'],
    streams: ['no usage'],
  },
  {
    service: 'vLLM with the tokenizer of Mistral',
    known: 'vllm 9019, 12332; mistral-common 169',
    refuses: ['ids of nine', 'persons after results'],
    id: (_, count) => `chatcmpl-tool-e5add885dbb342de950be95dd89b${String(count).padStart(4, '0')}`,
  },
  { service: 'LM Studio', known: 'lmstudio 2193; hermes 67349', refuses: ['grammar, LM Studio'] },
  { service: 'LM Studio of 2024', known: 'lmstudio 261', refuses: ['null content'] },
  {
    service: 'Ollama',
    known: 'github.com/ollama/ollama/blob/main/openai: calls in one piece',
    streams: ['whole calls', 'stops although it calls'],
    thoughts: 'reasoning',
  },
  { service: 'Ollama with a model without tools', known: 'the words of Ollama', refuses: ['tools, Ollama'] },
  {
    service: 'a strict endpoint',
    known: 'bnbchain-mcp 68; PraisonAI 3111; Unity-MCP 440; the words of FastAPI',
    refuses: ['odd schemas', 'usage, FastAPI'],
  },
  {
    service: 'LiteLLM',
    known: 'docs.litellm.ai: UnsupportedParamsError',
    refuses: ['usage, litellm', 'calls without tools'],
  },
  {
    service: 'OpenRouter',
    known: 'openrouter.ai/docs: comments while it waits; reasoning_details',
    streams: ['comments'],
    thoughts: 'reasoning_details',
  },
  {
    service: 'OpenRouter with a model without tools',
    known: 'the words of OpenRouter',
    refuses: ['tools, OpenRouter'],
  },
  {
    service: 'Mistral behind OpenRouter',
    known: 'crush 279',
    refuses: ['persons after results', 'turns of persons'],
    streams: ['comments'],
  },
  {
    service: 'Groq',
    known: 'console.groq.com/docs: usage in x_groq',
    streams: ['usage of Groq'],
    thoughts: 'reasoning',
  },
  { service: 'Groq of 2024', known: 'the words of Groq', refuses: ['streamed tools'] },
  {
    service: 'Mistral',
    known: 'opencode 1680; ironclaw 1241; docs.mistral.ai: thinking comes in parts',
    refuses: ['ids of nine', 'unknown fields', 'persons after results'],
    streams: ['whole calls'],
    thoughts: 'parts',
  },
  {
    service: 'DeepSeek',
    known: 'api-docs.deepseek.com: thinking mode with tools; its signs of life',
    refuses: ['calls without thoughts, DeepSeek', 'long answers'],
    streams: ['keep-alive', 'null fields'],
    thoughts: 'reasoning_content',
  },
  {
    service: 'Moonshot',
    known: 'n8n 29142; kimi-agent-sdk 169',
    refuses: ['calls without thoughts'],
    thoughts: 'reasoning_content',
    id: (name, count) => `functions.${name}:${count}`,
  },
  {
    service: 'Z.ai',
    known: 'docs.z.ai: reasoning_content',
    thoughts: 'reasoning_content',
  },
  { service: 'MiniMax', known: 'MiniMax-M2.5 2', streams: ['role is empty', 'usage in each'], thoughts: THINK },
  {
    service: 'a service that says it all again at the end',
    known: 'hermes-browser-extension 11',
    streams: ['message at the end'],
  },
  { service: 'Fireworks', known: 'the words of Fireworks', refuses: ['usage, field'] },
  { service: 'NIM', known: 'the words of NIM', refuses: ['usage, arrow'] },
  {
    service: 'Gemini’s OpenAI road',
    known: 'the words of the Gemini API',
    refuses: ['open objects'],
    streams: ['whole calls'],
  },
  {
    service: 'Gemma behind Gemini’s API',
    known: 'the words of the Gemini API',
    refuses: ['system role, Gemini'],
    streams: ['whole calls'],
  },
  { service: 'Gemma’s template', known: 'the words of the template', refuses: ['system role', 'turns of persons'] },
  {
    service: 'Perplexity’s order of roles',
    known: 'the words of Perplexity; no tools are known of it',
    refuses: ['turns, Perplexity'],
  },
  {
    service: 'Bedrock',
    known: 'the words of Converse: turns, and no streamed tools with some models',
    refuses: ['streamed tools, Bedrock', 'turns of persons', 'blank text'],
  },
  { service: 'a server on FastAPI', known: 'grok2api 41: content that is null', refuses: ['null content, FastAPI'] },
  {
    service: 'a server that never streams',
    known: 'made up: whole answers, whatever is asked',
    streams: ['all at once'],
    thoughts: 'reasoning_content',
  },
  {
    service: 'a gateway on Windows',
    known: 'the standard of server-sent events: lines may end so, and the blank may be missing; the rest is made up',
    streams: ['crlf', 'no space', 'no [DONE]', 'cut letters', 'reason is empty'],
  },
  {
    service: 'a gateway that makes objects of arguments',
    known: 'made up: what a gateway may do to calls',
    streams: ['calls with objects', 'no usage', 'no [DONE]'],
  },
  {
    service: 'a gateway without index',
    known: 'made up: what a gateway may do to calls',
    streams: ['whole calls without index', 'null fields'],
  },
  {
    service: 'a gateway that refuses within the stream',
    known: 'openrouter.ai/docs: errors in the middle of a stream',
    refuses: ['max_tokens', 'usage, field', 'ids of nine'],
    within: true,
  },
  {
    service: 'a gateway without ids',
    known: 'made up: what a gateway may do to calls',
    streams: ['whole calls without id', 'role in each'],
  },
  {
    service: 'xAI',
    known: 'docs.x.ai: a call comes whole in one chunk',
    streams: ['whole calls'],
    thoughts: 'reasoning_content',
  },
  // Servers that do not know the model's calls.
  {
    service: 'Qwen and Hermes',
    known: 'call-formats',
    calls: 'Hermes, Qwen 2.5 and 3, Granite, ERNIE',
    thoughts: THINK,
  },
  { service: 'GLM', known: 'call-formats', calls: 'GLM 4.5 to 5, Hunyuan', thoughts: THINK, streams: ['cut letters'] },
  { service: 'Kimi K2', known: 'call-formats', calls: 'Kimi K2' },
  { service: 'DeepSeek V3.1', known: 'call-formats', calls: 'DeepSeek V3.1', thoughts: THINK },
  { service: 'DeepSeek V3.2', known: 'call-formats', calls: 'DeepSeek V3.2, V4', thoughts: THINK },
  { service: 'MiniMax M2', known: 'call-formats', calls: 'MiniMax M2', thoughts: THINK },
  { service: 'gpt-oss', known: 'call-formats', calls: 'gpt-oss (harmony)', thoughts: 'gpt-oss (harmony)' },
  { service: 'an older Mistral', known: 'call-formats', calls: 'Mistral up to v7', refuses: ['persons after results'] },
  {
    service: 'Magistral',
    known: 'call-formats',
    calls: 'Mistral from v11 on: Devstral, Magistral, Ministral 3',
    thoughts: 'Magistral, Ministral 3',
  },
  { service: 'Llama 3', known: 'call-formats', calls: 'Llama 3', streams: ['no usage'] },
  { service: 'Gemma 4', known: 'call-formats', calls: 'Gemma 4', thoughts: 'Gemma 4', refuses: ['turns of persons'] },
];
