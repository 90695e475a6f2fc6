-- How well each model tells customers who churned from those who came back, on the customers it has
-- not learnt from. "auc" is the share of pairs (one churned, one not) that it puts in the right order.
with judged as (

    select
        scores.model,
        scores.churn_probability,
        features.churned,
        rank() over (partition by scores.model order by scores.churn_probability)
            + (count(*) over (partition by scores.model, scores.churn_probability) - 1) / 2.0 as place
    from {{ ref('customer_scores') }} as scores
    inner join {{ ref('customer_features') }} as features using (customer_id)
    where features.split = 'test'

),

counted as (

    select
        model,
        count(*) as customers,
        count_if(churned)::double as churned,
        count_if(not churned)::double as came_back,
        sum(place) filter (where churned) as places_of_churned,
        avg((churned = (churn_probability >= 0.5))::integer) as accuracy,
        avg(power(churn_probability - churned::integer, 2)) as brier_score
    from judged
    group by model

)

select
    model,
    customers,
    churned / customers as churn_rate,
    (places_of_churned - churned * (churned + 1) / 2) / (churned * came_back) as auc,
    accuracy,
    brier_score
from counted
order by auc desc
