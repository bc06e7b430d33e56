-- Orders and money since the first day of the report, by currency and by how far their buyers went into reviews before,
-- that is 0 for not at all, 1 for who saw the reviews of a product, 2 for who did something with them. In minor units.
-- A buyer is known under the pseudonym of the day of the order and that of the day before. Orders and refunds are
-- those of purchases.sql; a refund belongs where its order does.
-- A window finds the last time before an order, because no planner can mistake its size.
WITH orders AS (
    -- An order that was recorded again counts once, as it was first recorded.
    SELECT purchase_id, purchase_at, day, order_id, visitor, previous_visitor, value, currency
    FROM (
        SELECT
            id AS purchase_id,
            at AS purchase_at,
            day,
            order_id,
            visitor,
            previous_visitor,
            value,
            currency,
            ROW_NUMBER() OVER (
                PARTITION BY order_id, CASE WHEN order_id = '' THEN id ELSE '' END
                ORDER BY at, id
            ) AS place
        FROM events
        WHERE bot = 0 AND name = 'purchase'
    ) AS numbered
    WHERE place = 1
),

wanted AS (
    SELECT purchase_id, purchase_at, day, order_id, visitor, previous_visitor, value, currency
    FROM orders
    WHERE
        day >= :first_day
        OR order_id IN (
            SELECT order_id FROM events
            WHERE bot = 0 AND name = 'refund' AND day >= :first_day AND order_id <> ''
        )
),

-- What one person did, orders among it.
doings AS (
    SELECT purchase_id, visitor AS person, purchase_at AS at, 0 AS seen_at, 0 AS used_at
    FROM wanted
    WHERE visitor <> ''
    UNION ALL
    SELECT purchase_id, previous_visitor AS person, purchase_at AS at, 0 AS seen_at, 0 AS used_at
    FROM wanted
    WHERE previous_visitor <> ''
    UNION ALL
    SELECT
        '' AS purchase_id,
        visitor AS person,
        at,
        CASE WHEN name = 'impression' THEN at ELSE 0 END AS seen_at,
        CASE WHEN name = 'impression' THEN 0 ELSE at END AS used_at
    FROM events
    WHERE
        bot = 0
        AND name IN ('impression', 'review_expand', 'review_filter', 'photo_open', 'helpful')
        AND (name <> 'impression' OR widget = 'reviews')
        AND visitor <> ''
        AND at >= (SELECT MIN(purchase_at) AS first_at FROM wanted) - :look_back
),

readings AS (
    SELECT purchase_id, at, seen_before, used_before
    FROM (
        SELECT
            purchase_id,
            at,
            MAX(seen_at) OVER (PARTITION BY person ORDER BY at) AS seen_before,
            MAX(used_at) OVER (PARTITION BY person ORDER BY at) AS used_before
        FROM doings
    ) AS followed
    WHERE purchase_id <> ''
),

movements AS (
    SELECT day, order_id, 1 AS orders, value AS minor, currency, depth
    FROM (
        SELECT purchase_id, day, order_id, value, currency, MAX(depth) AS depth
        FROM (
            SELECT purchase_id, day, order_id, value, currency, 0 AS depth
            FROM wanted
            UNION ALL
            SELECT
                wanted.purchase_id AS purchase_id,
                wanted.day AS day,
                wanted.order_id AS order_id,
                wanted.value AS value,
                wanted.currency AS currency,
                CASE
                    WHEN readings.used_before > 0 AND readings.used_before >= readings.at - :look_back THEN 2
                    WHEN readings.seen_before > 0 AND readings.seen_before >= readings.at - :look_back THEN 1
                    ELSE 0
                END AS depth
            FROM wanted
            INNER JOIN readings ON readings.purchase_id = wanted.purchase_id
        ) AS claims
        GROUP BY purchase_id, day, order_id, value, currency
    ) AS deepest
    UNION ALL
    SELECT day, order_id, 0 AS orders, 0 - value AS minor, currency, 0 AS depth
    FROM events
    WHERE bot = 0 AND name = 'refund' AND day >= :first_day
)

SELECT
    reached,
    currency,
    SUM(orders) AS how_many,
    SUM(minor) AS minor_units
FROM (
    SELECT
        day,
        orders,
        minor,
        currency,
        CASE WHEN order_id = '' THEN depth ELSE MAX(depth) OVER (PARTITION BY order_id) END AS reached
    FROM movements
) AS paired
WHERE day >= :first_day
GROUP BY reached, currency
