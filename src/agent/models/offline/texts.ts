/** What the offline model says by itself. */

export const texts = {
  unknown: (examples: readonly string[]) =>
    [
      'I did not understand that, so I did nothing. I understand plain requests such as:',
      ...examples.map((example) => `- ${example}`),
      '',
      'For free conversation, give me a model: a `models:` block in config/config.yaml (docs/models.md).',
    ].join('\n'),
  nothing: 'All right, I did nothing.',
  tooLong: (max: number) =>
    `That is longer than I can take in without a model (${max.toLocaleString('en')} characters).`,
};
