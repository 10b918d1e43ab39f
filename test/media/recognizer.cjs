/** Says what it was given, in the place of sherpa-onnx-node. */
exports.OfflineRecognizer = class {
  constructor({ modelConfig: { tokens, crash, hang } }) {
    if (crash) process.abort();
    this.tokens = tokens;
    this.hang = hang;
  }
  createStream() {
    return { acceptWaveform: (wave) => Object.assign(this, wave) };
  }
  decode() {
    while (this.hang);
  }
  getResult() {
    const { tokens, sampleRate, samples } = this;
    const seconds = (samples.length / sampleRate).toFixed(1);
    const loudness = samples.some((sample) => Math.abs(sample) > 0.1) ? 'loud' : 'silent';
    return { text: `${tokens} ${sampleRate} ${seconds} seconds, ${loudness}` };
  }
};
