-- Every customer's probability to churn, one row for each model.
select customer_id, model, churn_probability
from {{ ref('churn_logistic') }}
union all
select customer_id, model, churn_probability
from {{ ref('churn_xgboost') }}
