/** Routing of stored messages: a command, a pressed button, or a turn; and the contract of a skill. */

export { Checks, combineVerdicts, findingOf, worstFirst } from './checks.ts';
export {
  type AnyCollection,
  act,
  type Collection,
  type CollectionAct,
  type CollectionPage,
  collection,
  cursorInstant,
  cursorNumber,
  nextPage,
  type PageAsked,
  type PersonSetting,
  pageOf,
  pageQuery,
} from './collection.ts';
export { coreCommands, coreTools } from './core.ts';
export {
  type Escalation,
  escalateInput,
  escalationSaid,
  isOff,
  lengthSaid,
  minutesOf,
  readEscalation,
  targetMeant,
} from './escalation.ts';
export { forgetTools } from './forget.ts';
export { type LinkDeps, linkCommand, linkTools } from './link.ts';
export { modelCommands } from './models.ts';
export {
  admitByCode,
  commitHints as pairingHints,
  type PairingDeps,
  pairCommand,
  pairingTools,
  turnAway,
} from './pairing.ts';
export {
  type CompleteDeps,
  complete,
  type Platform,
  type PlatformAdapter,
  type PlatformDeps,
  type TargetServices,
  type Typing,
} from './platform.ts';
export * from './ports.ts';
export * from './route.ts';
export { type CalledByName, Router } from './router.ts';
export { type Finder, finderIn, type Hit } from './search.ts';
export {
  cardsOf,
  changesOf,
  changeTo,
  entriesOf,
  entryFieldOf,
  explainWrong,
  type FieldProblem,
  isAsked,
  type KnownSettings,
  placeOf,
  presentValue,
  readAnswers,
  refersTo,
  type SettingChange,
  type SetupAnswers,
  type SetupCard,
  type SetupChoice,
  type SetupDeps,
  type SetupField,
  type SetupVerdict,
  secretFileSetting,
  secretsOf,
  variableOf,
} from './setup/card.ts';
export { modelCard, NO_MODEL } from './setup/model.ts';
export * from './skill.ts';
export { flagTwice, targetTexts } from './texts.ts';
export { type FormField, field, plainField, ThingFields } from './thing.ts';
export * from './today.ts';
export { type StoodBefore, ThingUndo } from './undo.ts';
export { routesOf, verbsOf } from './verbs.ts';
export { movedBy, offerOfMove } from './zone-offers.ts';
