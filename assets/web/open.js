/** Exchanges the code behind `#` for a session. It is taken out of the address first, so that the history does not keep it. */
const state = document.getElementById('state');
const code = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

if (code !== '') {
  state.textContent = 'Signing in …';
  try {
    const answer = await fetch('/open', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    const result = await answer.json();
    if (answer.ok) location.replace(result.to);
    else state.textContent = `${result.detail} ${result.remedy}`;
  } catch {
    state.textContent = 'coda cannot be reached. Try it again.';
  }
}
