/** Decodes recordings and recognizes speech for the daemon, in a process of its own: both are native code that may crash. */
import { createRequire } from 'node:module';
import { answerParent } from '../base/child/program.js';
import { decodeOpus } from './readers/opus.js';

/** With the largest models that people run at home. */
const MOST_MEMORY = 4 * 1024 * 1024 * 1024;
const RATE = 16_000;

/** Bytes of a recording, then its samples. */
let chunks = [];
let samples = Buffer.alloc(0);
/** The recognizer with the settings that it was made for. */
let known;

await answerParent(
  async (task) => {
    if (task.do === 'open') [chunks, samples] = [[], Buffer.alloc(0)];
    else if (task.do === 'bytes') chunks.push(Buffer.from(task.base64, 'base64'));
    else if (task.do === 'decode') {
      samples = await decodeOpus(Buffer.concat(chunks), task.most);
      chunks = [];
      return { size: samples.length };
    } else if (task.do === 'take') return { base64: samples.subarray(task.from, task.to).toString('base64') };
    else if (task.do === 'recognize') return { text: recognize(Buffer.concat(chunks), task.settings) };
    return {};
  },
  { mostMemory: MOST_MEMORY },
);

function recognize(bytes, settings) {
  const recognizer = recognizerOf(settings);
  const stream = recognizer.createStream();
  const heard = new Float32Array(bytes.length / 2);
  for (let at = 0; at < heard.length; at++) heard[at] = bytes.readInt16LE(at * 2) / 32_768;
  stream.acceptWaveform({ sampleRate: RATE, samples: heard });
  recognizer.decode(stream);
  return recognizer.getResult(stream).text;
}

function recognizerOf({ module, model }) {
  const key = JSON.stringify([module, model]);
  if (known?.key === key) return known.recognizer;
  const { OfflineRecognizer } = createRequire(import.meta.url)(module);
  const featConfig = { sampleRate: RATE, featureDim: 80 };
  const modelConfig = { numThreads: 2, provider: 'cpu', debug: 0, ...model };
  known = { key, recognizer: new OfflineRecognizer({ featConfig, modelConfig }) };
  return known.recognizer;
}
