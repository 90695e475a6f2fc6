select made_in, score from {{ ref('score') }}
