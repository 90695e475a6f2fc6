-- The best customers among those whom the better model expects to lose.
select
    features.customer_id,
    features.purchases,
    features.amount,
    features.days_since_purchase,
    scores.churn_probability
from {{ ref('customer_scores') }} as scores
inner join {{ ref('customer_features') }} as features using (customer_id)
where scores.model = (select arg_max(model, auc) from {{ ref('model_comparison') }})
    and scores.churn_probability >= 0.5
order by features.amount desc, features.customer_id
limit 100
