-- A person's own messages in all of their conversations, and the answers to them, are found by their words: each has its
-- conversation and its person among its words.
update messages a set person_id = u.person_id
  from messages u
 where a.role = 'assistant' and a.person_id is null and u.role = 'user' and u.person_id is not null
   and u.turn_id = a.turn_id and u.conversation_id = a.conversation_id;

drop index messages_words;
create index messages_words on messages using gin ((to_tsvector('simple', searchable(content ->> 'text')) || array_to_tsvector(
  array['/c' || conversation_id::text] || case when person_id is null then '{}'::text[] else array['/p' || person_id::text] end)));
create index messages_person on messages (person_id, seq) where person_id is not null;
