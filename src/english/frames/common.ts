/** Words that several capabilities share. */
export const DELETE = 'delete|remove|cancel|drop|clear|get rid of';
export const SHOW = 'show|list|see|read|display|show me|read me|give me|tell me';

/** Words that name nothing by themselves: "note that down". They mean the message that is replied to. */
export const isPronoun = (text: string): boolean => /^(?:it|that|this|them|those|these)(?: down| please)?$/i.test(text);
