-- 0.5 is a guess, and more than 0.95 would mean that the answer has leaked into the features.
select *
from {{ ref('model_comparison') }}
where not auc between 0.7 and 0.95
