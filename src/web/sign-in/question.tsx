/** “Whom shall I ask?”: the model that is to answer, checked before it is written down. */
import { useEffect, useState } from 'preact/hooks';
import { api, ask, type Failure, failureOf } from '../api/client.ts';
import { go } from '../app/router.ts';
import { readMe } from '../app/session.ts';
import { Button } from '../parts/button.tsx';
import { type Answers, isAsked, SetupFields, type SetupForm, sentAnswers, whenBegunAnew } from '../parts/setup.tsx';

const MODEL = { path: { id: 'model' } };
const NOBODY = 'none';

export function ModelQuestion() {
  const [form, setForm] = useState<SetupForm>();
  const [answers, setAnswers] = useState<Answers>({ choice: NOBODY });
  const [isChecking, setChecking] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const look = () => {
    setFailure(undefined);
    ask(api.GET('/v1/setup/cards/{id}', { params: MODEL })).then(
      (there) => {
        setForm(there);
        setAnswers({ choice: firstChoice(there) });
      },
      (error: unknown) => setFailure(failureOf(error)),
    );
  };
  useEffect(look, []);
  const goOn = async () => {
    if (!form) return;
    setChecking(true);
    setFailure(undefined);
    try {
      const body = { version: form.version, change: true, answers: sentAnswers(form, answers) };
      const { restarts } = await ask(api.POST('/v1/setup/cards/{id}', { params: MODEL, body }));
      if (restarts) await whenBegunAnew(form.read_at);
      await readMe();
      go('/chat', { replace: true });
    } catch (error) {
      setFailure(failureOf(error));
      setChecking(false);
    }
  };
  return (
    <main class="alone" id="main" tabIndex={-1}>
      <h1>Whom shall I ask?</h1>
      <p>I answer with a language model. Reminders, notes and plain English work without one.</p>
      {form === undefined && failure === undefined && <p role="status">Looking what is here …</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void goOn();
        }}
      >
        {form && <SetupFields form={form} answers={answers} onAnswers={setAnswers} />}
        {failure && (
          <p class="bad" role="alert">
            {failure.sentence}
          </p>
        )}
        <div class="buttons">
          <Button kind="primary" type="submit" disabled={isChecking || form === undefined}>
            {isChecking ? 'Asking …' : 'Go on'}
          </Button>
          <Button onClick={look} disabled={isChecking}>
            Look again
          </Button>
        </div>
      </form>
    </main>
  );
}

/** The first one that needs nothing more. */
function firstChoice({ fields }: SetupForm): string {
  const choices = fields.find(({ key }) => key === 'choice')?.choices ?? [];
  const isReady = (choice: string) =>
    fields.every((field) => field.when === null || field.optional || field.set || !isAsked(field, { choice }));
  return choices.find(({ value }) => isReady(value))?.value ?? NOBODY;
}
