-- One row for each customer and day with a purchase that was paid for.
select
    customer_id,
    strptime(date, '%Y%m%d')::date as purchased_on,
    sum(number_of_cds)::integer as discs,
    sum(dollar_value) as amount
from {{ ref('raw_purchases') }}
where dollar_value > 0
group by all
