-- The numbered lists that a person was shown in each of their conversations, the last one of each kind of thing: a number belongs to
-- the one shown last of all. In place of `note_lists` and `reminder_lists`, which an earlier version beside this one still uses.
create sequence shown_lists_order;
create table shown_lists (
  person_id        uuid not null references persons (id) on delete cascade,
  conversation_id  uuid not null references conversations (id),
  thing            text not null,
  ids              text[] not null,
  shown_at         timestamptz not null,
  at_hand          boolean not null default true,
  shown_order      bigint not null default nextval('shown_lists_order'),  -- two may be shown at one instant
  primary key (person_id, conversation_id, thing)
);
insert into shown_lists (person_id, conversation_id, thing, ids, shown_at, at_hand)
  select person_id, conversation_id, thing, ids, shown_at, at_hand from (
    select person_id, conversation_id, 'note' as thing, ids, shown_at, at_hand from note_lists
    union all
    select person_id, conversation_id, 'reminder', ids, shown_at, at_hand from reminder_lists) lists
   order by shown_at;
