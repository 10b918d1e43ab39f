export const away = (count: number) =>
  `I was away; ${count === 1 ? 'an older message was' : `${count} older messages were`} not answered. Please send again what still matters.`;
