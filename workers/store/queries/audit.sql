-- name: list
-- Acts that fit every filter given, the newest first; below an id for the next page.
select a.id, a.at, a.who, a.action, a.connection_id, c.account, c.organisation, a.document_id,
       a.details
from audit a left join connections c on c.id = a.connection_id
where (%(below)s::bigint is null or a.id < %(below)s)
  and (%(who)s::text is null or a.who = %(who)s)
  and (%(action)s::text is null or a.action = %(action)s)
  and (%(connection_id)s::uuid is null or a.connection_id = %(connection_id)s)
order by a.id desc
limit %(page)s;

-- name: actions
-- Every kind of act there has been: one step into the index for each.
with recursive known as (
    (select action from audit order by action limit 1)
    union all
    select next.action from known cross join lateral (
        select action from audit where action > known.action order by action limit 1) as next
)
select action from known;

-- name: people
-- Everybody who has ever done anything: one step into the index for each.
with recursive known as (
    (select who from audit order by who limit 1)
    union all
    select next.who from known cross join lateral (
        select who from audit where who > known.who order by who limit 1) as next
)
select who from known;
