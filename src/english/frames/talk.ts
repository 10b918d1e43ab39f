import { stripEnd } from '../../base/text.ts';
import type { Frame } from '../matcher.ts';
import { shownSum, sumOf } from '../sums.ts';
import { texts } from '../texts.ts';

const smalltalk = (kind: string, does: string, says: string): Frame => ({
  tool: 'smalltalk',
  does,
  says: [says],
  example: /\(([^(|\n]*)\|/.exec(says)?.[1] ?? '',
  input: () => ({ kind }),
});

export const talk: readonly Frame[] = [
  {
    does: 'Do a sum',
    says: ['(what is|how much is|calculate|compute) {sum}', '{sum}'],
    example: "what's 15% of 240?",
    answer({ sum = '' }) {
      const value = sumOf(sum);
      return value === undefined ? undefined : `${stripEnd(sum, '=? ')} = ${shownSum(value)}`;
    },
  },
  {
    tool: 'help',
    does: 'Show what can be asked for',
    says: [
      'help [me]',
      'what can (you do|i say|i ask|i ask you)',
      'what are you able to do',
      'what do you understand',
      'how do i use (you|this)',
      'was kannst du',
      'que peux-tu faire',
      'qué puedes hacer',
      'cosa sai fare',
    ],
    example: 'help',
    input: () => ({}),
  },
  {
    does: 'Say how a model is added',
    says: ['how (do|can) i (add|connect|use|set up) (a|the|another) [language] model'],
    example: 'how do I add a model?',
    answer: (_, { hasPage }) => texts.addsModel(hasPage),
  },
  {
    does: 'Say how Discord or Slack is connected',
    says: ['how (do|can) i (add|connect|use|set up) (discord|slack)'],
    example: 'how do I connect Discord?',
    answer: (_, { hasPage }) => texts.addsPlatform(hasPage),
  },
  {
    tool: 'undo',
    does: 'Take the last change back',
    says: ['undo [that|it|this]', '(take|bring|get|put) (that|it|them) back', 'undo (my|the) last (change|act|thing)'],
    example: 'undo',
    input: () => ({}),
  },
  {
    does: 'Stop',
    says: ['stop [it|that|now]'],
    example: 'stop',
    // Messages are answered one after another: when this one is, nothing else runs.
    answer: () => texts.nothingRuns,
  },
  {
    tool: 'question_drop',
    does: 'Let go of what was asked',
    says: ['(never mind|nevermind|nvm|forget it|forget about it|no|nope|not now|cancel that question)'],
    example: 'never mind',
    input: () => ({}),
  },
  {
    tool: 'doctor_diagnose',
    does: 'Look whether all is well',
    says: [
      '[run|ask] [the|a] doctor',
      'are you (ok|okay|alright|well|healthy)',
      'check yourself',
      'is everything (ok|okay|in order|alright)',
    ],
    example: 'run the doctor',
    input: () => ({}),
  },
  {
    tool: 'doctor_reset_skill',
    does: 'Try again what rests',
    says: ['reset [the] (skill|tool|model) {name}'],
    example: 'reset skill weather',
    changes: true,
    input: ({ name = '' }) => ({ name }),
  },
  {
    does: 'Say what needs a model',
    verbs: 'write|draft|compose|summarise|summarize|translate|explain|rewrite|proofread',
    says: ['<verb> {text}'],
    example: 'write me a haiku',
    isAlone: true,
    answer: () => texts.needsModel,
  },
  {
    does: 'Say what your name is',
    says: ['(what is|tell me|say) my name', 'who am i', '(do you know|what do you call) (my name|me)'],
    example: "what's my name?",
    answer: (_, { name }) => texts.yourName(name),
  },
  smalltalk(
    'hello',
    'Say hello',
    '(hello|hi|hey|good morning|good afternoon|good evening|hallo|guten tag|bonjour|salut|hola|ciao|olá|hej) [there|coda]',
  ),
  smalltalk('fine', 'Say how it is', '(how are you|how is it going) [doing|today]'),
  smalltalk(
    'thanks',
    'Say thank you',
    '[ok|okay|great|perfect] (thanks|thank you|cheers|thank you very much|thanks a lot) [coda]',
  ),
  smalltalk('bye', 'Say goodbye', '(bye|goodbye|good night|see you) [coda|later]'),
  smalltalk('who', 'Say who it is', '(who are you|what are you|what is your name)'),
  smalltalk('ok', 'Say that it is all right', '(ok|okay|great|good|nice|perfect|cool) [coda]'),
];
