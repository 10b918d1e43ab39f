/** The model that answers in a conversation: shown quietly, and chosen from those that the owner allows. */
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { act } from '../app/toasts.tsx';
import type { Conversation } from './conversation.ts';

type ModelChoice = Json<'/v1/chats/{id}/model'>;
export type ModelState = LoadState<ModelChoice>;

export const useModel = (id: string): ModelState =>
  useLoad(`model of ${id}`, () => ask(api.GET('/v1/chats/{id}/model', { params: { path: { id } } })), [
    'conversations',
  ]);

/** Models that there are to choose from, with the one that is set; fewer than two are no choice. */
export const modelsOf = ({ set, choices }: ModelChoice): string[] => [...new Set([...(set ? [set] : []), ...choices])];

export const hasChoice = ({ data }: ModelState): boolean => data !== undefined && modelsOf(data).length > 1;

/** A model without its provider, where that says which is meant. */
export function modelName(name: string, all: readonly string[]): string {
  const short = shortOf(name);
  return all.filter((each) => shortOf(each) === short).length > 1 ? name : short;
}

const shortOf = (name: string): string => name.slice(name.indexOf('/') + 1);

/** Beneath the message field, where there is a choice. */
export function ModelField({ conversation, model }: { conversation: Conversation; model: ModelState }) {
  const { data } = model;
  if (!data || (!hasChoice(model) && data.gone === undefined)) return null;
  const { set, gone: former, thinks, answers, choices } = data;
  const all = modelsOf(data);
  // An owner may have chosen any other by /model.
  const names = data.chosen === null || choices.includes(data.chosen) ? choices : [data.chosen, ...choices];
  const choose = (choice: string | null) =>
    void act(async () => {
      model.patch((before) => ({ ...before, chosen: choice }));
      try {
        await conversation.chooseModel(choice);
      } finally {
        model.reload();
      }
    });
  return (
    <div class="model small faint">
      <select
        aria-label="Model"
        value={data.chosen ?? ''}
        onChange={(event) => choose(event.currentTarget.value || null)}
      >
        <option value="">{set ? `As set (${modelName(set, all)})` : 'As set'}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {modelName(name, all)}
          </option>
        ))}
      </select>
      {thinks && answers && <span>/think is on: {modelName(answers, all)} answers.</span>}
      {former !== undefined && (
        <span role="status">
          {shortOf(former)} was chosen here and can no longer be asked: {answers ? modelName(answers, all) : 'none'}{' '}
          answers, as set.
        </span>
      )}
    </div>
  );
}
