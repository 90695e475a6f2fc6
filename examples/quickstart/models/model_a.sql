-- Orders of a small shop: the table the Python models start from.
select
    order_id::integer as order_id,
    country::varchar as country,
    ordered_on::date as ordered_on,
    amount::double as amount,
    comment::varchar as comment
from (
    values
        (1, 'NL', '2024-03-01', 25.00, 'Fast delivery, great price'),
        (2, 'DE', '2024-03-01', 14.50, 'The box was damaged'),
        (3, 'NL', '2024-03-02', 80.00, 'Great service and fast answer'),
        (4, 'FR', '2024-03-04', 32.20, 'Price is fine, delivery was late'),
        (5, 'DE', '2024-03-04', 12.00, null),
        (6, 'NL', '2024-03-05', 47.90, 'Great! Will order again'),
        (7, 'FR', '2024-03-07', 61.30, 'The delivery was fast, the price fair'),
        (8, 'DE', '2024-03-07', 19.99, 'Late again'),
        (9, 'FR', '2024-03-08', 55.00, 'Great price'),
        (10, 'NL', '2024-03-08', 23.75, null)
) as orders (order_id, country, ordered_on, amount, comment)
