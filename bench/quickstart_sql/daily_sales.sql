with bounds as (

    select min(ordered_on) as first_day, max(ordered_on) as last_day
    from {{ ref('model_b') }}

),

days as (

    select unnest(generate_series(first_day::timestamp, last_day::timestamp, interval 1 day)) as day
    from bounds

),

daily as (

    select days.day, coalesce(sum(orders.amount), 0) as amount
    from days
    left join {{ ref('model_b') }} as orders on orders.ordered_on = days.day::date
    group by days.day

)

select day, amount, sum(amount) over (order by day) as amount_so_far
from daily
