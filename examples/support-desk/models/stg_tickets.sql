-- The tickets as scripts/load_tickets.py has loaded them.
select
    ticket_id::integer as ticket_id,
    opened_on::date as opened_on,
    closed_on::date as closed_on,
    subject::varchar as subject
from {{ source('helpdesk', 'tickets') }}
