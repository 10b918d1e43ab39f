-- A draft of a skill is a proposal like others: decided, taken back and listed with them.
alter table improvement_proposals drop constraint improvement_proposals_state_check;
alter table improvement_proposals add constraint improvement_proposals_state_check
  check (state in ('pending', 'asked', 'approved', 'rejected', 'applied', 'resting', 'dropped'));

insert into improvement_proposals
  (id, at, person_id, category, title, description, priority, payload, origin, hash, fingerprint, state, decided_at, outcome)
select case when exists (select from improvement_proposals p where p.id = l.id) then l.id || 's' else l.id end,
       l.created_at, l.person_id, 'skill',
       left(case when l.name = '' then 'A skill for ' || l.about
                 when l.before is null then 'The skill ' || l.name
                 else 'A change of the skill ' || l.name end, 120),
       case when l.state = 'refused' then 'Dropped: ' || coalesce(l.reason, 'unknown') || '.'
            else 'Tried on what happened: ' || l.passed || ' of ' || l.cases || ' tests pass with it, ' || l.passed_before
                 || ' without it. Written by ' || l.model || '.' end,
       3,
       jsonb_build_object(
         'kind', l.kind, 'about', l.about, 'key', l.key, 'name', l.name, 'baseHash', l.base_hash, 'before', l.before,
         'body', l.body, 'hash', l.hash, 'cases', l.cases, 'passed', l.passed, 'passedBefore', l.passed_before,
         'model', l.model, 'turns', to_jsonb(l.turns), 'reason', l.reason),
       'learning', l.hash, l.key,
       case l.state when 'offered' then 'pending' when 'undone' then 'pending' when 'kept' then 'applied'
                    when 'never' then 'rejected' when 'refused' then 'dropped' else l.state end,
       l.decided_at,
       -- Buttons of cards that were sent do nothing any more: a warning comes again, with one that does.
       case when l.state in ('kept', 'resting') then '{}'::jsonb end
  from learned_proposals l;

drop table learned_proposals;
