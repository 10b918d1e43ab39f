-- A message as a model was shown it: what stood beside it, and the calls and results before an answer. It goes with the turn's steps.
-- As text: a request repeats it byte for byte, and jsonb puts keys into another order.
alter table messages add column shown json;
create index messages_shown on messages (at) where shown is not null;
