/** The ways in which a turn goes wrong: a fixed list, so that they can be counted. */
export const FAILURE_MODES = {
  wrong_tool: 'another tool was right for it',
  repeated_call: 'the same call was made again and again',
  failed_call: 'a call failed and the answer went on as if it had not',
  wrong_time: 'a time or date was read wrongly',
  needless_question: 'it asked for what was said already',
  misread: 'the request was misunderstood',
  incomplete: 'a part of the request was left out',
  invented: 'the answer says what nothing shows',
  too_long: 'the answer is far longer than the request needs',
  missing_capability: 'no tool, access or skill that it has could do what was asked',
  other: 'something else',
} as const;

export type FailureMode = keyof typeof FAILURE_MODES;

export const MODE_NAMES = Object.keys(FAILURE_MODES) as [FailureMode, ...FailureMode[]];
