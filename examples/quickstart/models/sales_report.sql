-- SQL after a script and a notebook: each day's sales beside the orders they came from.
select
    sales.day::date as day,
    round(sales.amount, 2) as amount,
    round(sales.amount_so_far, 2) as amount_so_far,
    count(orders.order_id) as orders,
    coalesce(sum(orders.col), 0)::integer as col
from {{ ref('daily_sales') }} as sales
left join {{ ref('model_b') }} as orders
    on orders.ordered_on = sales.day::date
group by all
order by day
