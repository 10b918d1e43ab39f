/** Exchanges the code behind `#` for a session. It is taken out of the address first, so that the history does not keep it. */
const state = document.getElementById('state');
const button = document.getElementById('instead');
const code = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

/** `instead`: of the person who is signed in here now, who has said so. */
async function signIn(instead) {
  button.hidden = true;
  state.textContent = 'Signing in …';
  try {
    const answer = await fetch('/open', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code, instead }),
    });
    const result = await answer.json();
    if (answer.ok) location.replace(result.to);
    else {
      state.textContent = `${result.detail} ${result.remedy}`;
      button.hidden = answer.status !== 409;
    }
  } catch {
    state.textContent = 'coda cannot be reached. Try it again.';
  }
}

button.addEventListener('click', () => signIn(true));
if (code !== '') signIn(false);
