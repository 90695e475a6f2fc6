-- SQL after Python: how many wait for an answer on each page of the help centre.
select
    pages.page,
    count(*)::integer as tickets,
    min(tickets.opened_on) as since
from {{ ref('stg_tickets') }} as tickets
inner join {{ ref('help_pages') }} as pages using (ticket_id)
where tickets.closed_on is null
group by pages.page
order by tickets desc, since
