/** A small town of pages that need a browser: a shop, a login, a form in a frame, and a page that draws itself. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Internet } from '../web/internet.ts';

const page = (title: string, body: string) =>
  `<!doctype html><title>${title}</title><body><h1>${title}</h1>${body}</body>`;

/** What people have done there. */
export interface Done {
  orders: Record<string, string>[];
  logins: Record<string, string>[];
  paid: Record<string, string>[];
  votes: Record<string, string>[];
}

async function formOf(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
}

const html = (response: ServerResponse, body: string, headers: Record<string, string> = {}) =>
  void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body);

/** Opens it on the public server. */
export function openTown(internet: Internet): Done {
  const done: Done = { orders: [], logins: [], paid: [], votes: [] };
  const took = async (request: IncomingMessage, to: Record<string, string>[]) => to.push(await formOf(request));
  internet.serve(
    '/shop',
    page('Pots', '<a href="/mug?colour=red">Red mug</a> 9.00 <a href="/mug?colour=blue">Blue mug</a> 11.00'),
  );
  internet.serve('/mug', (response, url) => {
    const colour = url.searchParams.get('colour') ?? '';
    html(
      response,
      page(
        `Mug, ${colour}`,
        `<button onclick="location='/checkout?item=${colour}'">Add to cart</button><button onclick="alert('later')">Later</button>`,
      ),
    );
  });
  internet.serve('/checkout', (response, url) =>
    html(
      response,
      page(
        'Checkout',
        `<form method=post action="/order"><input type=hidden name=item value="${url.searchParams.get('item')}">
         <label>Name <input name=name></label><label>Street <input name=street value="Old Road"></label>
         <label>Shipping <select name=shipping><option>Slow</option><option>Fast</option></select></label>
         <button>Place order</button></form>`,
      ),
    ),
  );
  internet.serve('/order', (response, _, request) => {
    void took(request, done.orders).then((count) =>
      html(response, page('Thank you', `<p>Order ${4_710 + count} is placed.</p>`)),
    );
  });
  internet.serve(
    '/login',
    page(
      'Sign in',
      '<form method=post action="/in"><label>User <input name=user></label><label>Password <input type=password name=password></label><button>Sign in</button></form>',
    ),
  );
  internet.serve('/in', (response, _, request) => {
    void took(request, done.logins).then(() =>
      response.writeHead(303, { location: '/account', 'set-cookie': 'session=tulip; HttpOnly' }).end(),
    );
  });
  internet.serve('/account', (response, _, request) => {
    const isIn = request.headers.cookie?.includes('session=tulip');
    html(response, page(isIn ? 'Your account' : 'Who are you?', isIn ? '<p>Your balance is 42.</p>' : ''));
  });
  internet.serve('/framed', page('Pay', '<p>Pay below.</p><iframe title="card" src="/card"></iframe>'));
  internet.serve(
    '/card',
    page(
      'Card',
      '<form method=post action="/pay" target="_top"><label>Number <input name=number></label><button>Pay now</button></form>',
    ),
  );
  internet.serve('/pay', (response, _, request) => {
    void took(request, done.paid).then(() => html(response, page('Paid', '<p>The payment went through.</p>')));
  });
  internet.serve('/app', page('Poll', `<div id=app></div><script>${APP}</script>`));
  internet.serve('/vote', (response, _, request) => {
    void took(request, done.votes).then(() =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"total": 7}'),
    );
  });
  return done;
}

/** Draws everything anew after each step, as such pages do. */
const APP = `
  let state = { step: 0, name: '' };
  function draw() {
    const app = document.getElementById('app');
    app.innerHTML = '';
    const add = (tag, text, run) => { const e = document.createElement(tag); e.textContent = text; if (run) e.onclick = run; app.append(e); return e; };
    if (state.step === 0) setTimeout(() => add('button', 'Begin', () => { state.step = 1; draw(); }), 50);
    if (state.step === 1) {
      const input = document.createElement('input');
      input.setAttribute('aria-label', 'Your name');
      input.oninput = () => { state.name = input.value; };
      app.append(input);
      for (const choice of ['Tea', 'Coffee']) add('button', 'Vote', async () => {
        const sent = await fetch('/vote', { method: 'POST', body: new URLSearchParams({ name: state.name, choice }) });
        state = { ...state, step: 2, total: (await sent.json()).total };
        draw();
      }).setAttribute('aria-label', 'Vote ' + choice);
    }
    if (state.step === 2) add('p', 'Thank you, ' + state.name + ': ' + state.total + ' votes.');
  }
  draw();
`;
