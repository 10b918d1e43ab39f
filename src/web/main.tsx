import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Failure, failureOf } from './api/client.ts';
import { addressOf, baseLinks } from './app/base.ts';
import { followLinks, path } from './app/router.ts';
import { beginSession, isOwner, me } from './app/session.ts';
import { Shell } from './app/shell.tsx';
import { followTheme } from './app/theme.ts';
import { installWorker } from './app/worker.ts';
import { Unreachable } from './app/wrong.tsx';
import { ModelQuestion } from './sign-in/question.tsx';
import { SignIn } from './sign-in/sign-in.tsx';

/** Taken out of the address first, so that the history does not keep it. */
function takeCode(): string {
  const code = path.value[0] === 'open' ? location.hash.slice(1) : '';
  if (code !== '') history.replaceState(null, '', addressOf('/open'));
  return code;
}

const code = takeCode();

function App() {
  const [failure, setFailure] = useState<Failure>();
  const begin = () => {
    beginSession().then(
      () => setFailure(undefined),
      (error: unknown) => setFailure(failureOf(error)),
    );
  };
  useEffect(() => {
    if (code === '') begin();
  }, []);
  if (failure) return <Unreachable failure={failure} onAgain={begin} />;
  if (code !== '' && me.value === undefined) return <SignIn code={code} />;
  if (me.value === undefined) return null;
  if (me.value === 'out') return <SignIn code={code} />;
  return path.value[0] === 'open' && isOwner() ? <ModelQuestion /> : <Shell />;
}

followTheme();
baseLinks();
followLinks();
installWorker();
const root = document.getElementById('app');
if (root) render(<App />, root);
