-- A version of the learnt guidance is the proposal that made it, and its trial.
alter table improvement_proposals add column trials jsonb not null default '[]';   -- oldest first; its category says in which form
alter table improvement_proposals drop constraint improvement_proposals_state_check;
alter table improvement_proposals add constraint improvement_proposals_state_check
  check (state in ('pending', 'asked', 'approved', 'rejected', 'trial', 'applied', 'retired', 'resting', 'dropped'));

update improvement_proposals p
   set trials = v.trials,
       state = case v.last when 'trial' then 'trial' when 'current' then 'applied' when 'retired' then 'retired'
                           else p.state end
  from (select proposal_id, (array_agg(state order by version desc))[1] as last,
               jsonb_agg(jsonb_build_object('version', version, 'at', at, 'base', base, 'content', content,
                                            'endedAt', ended_at, 'scores', result) order by version) as trials
          from prompt_versions group by proposal_id) v
 where v.proposal_id = p.id;

create unique index improvement_proposals_guidance on improvement_proposals (state)
  where category = 'prompt' and state in ('trial', 'applied');

drop table prompt_versions;
