-- One row for each customer: what is known of them on the cut-off day, and whether they churned,
-- that is, bought nothing in the nine months after it.
{% set cutoff = "date '" ~ var('cutoff') ~ "'" %}

with known as (

    select
        customer_id,
        count(*)::integer as purchases,
        sum(discs)::integer as discs,
        sum(amount) as amount,
        avg(amount) as mean_amount,
        max(amount) as largest_amount,
        date_diff('day', min(purchased_on), {{ cutoff }})::integer as days_as_customer,
        date_diff('day', max(purchased_on), {{ cutoff }})::integer as days_since_purchase,
        (date_diff('day', min(purchased_on), max(purchased_on)) / greatest(count(*) - 1, 1))::double
            as days_between_purchases
    from {{ ref('stg_purchases') }}
    where purchased_on <= {{ cutoff }}
    group by customer_id

),

came_back as (

    select distinct customer_id
    from {{ ref('stg_purchases') }}
    where purchased_on > {{ cutoff }}

)

select
    known.*,
    came_back.customer_id is null as churned,
    -- a quarter of the customers is kept from the models and only used to judge them
    case when known.customer_id % 4 = 0 then 'test' else 'train' end as split
from known
left join came_back using (customer_id)
order by customer_id
