select id, amount + col as total from {{ ref('model_b') }}
