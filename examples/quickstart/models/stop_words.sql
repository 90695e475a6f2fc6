-- Words that say nothing about an order.
select word::varchar as word
from (
    values ('a'), ('again'), ('and'), ('is'), ('order'), ('the'), ('was'), ('will')
) as words (word)
