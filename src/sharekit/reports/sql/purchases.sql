-- Orders and money since the first day of the report, by what was asked for and by currency, in minor units.
-- from_share is 1 where an order is credited to a share, else 0. A refund counts no order, takes money off on its own
-- day, and is credited where its order was. The caller leaves out the currency of events without money.
WITH orders AS (
    -- An order that was recorded again counts once, as it was first recorded.
    SELECT purchase_id, purchase_at, day, order_id, share_id, visitor, previous_visitor, value, currency
    FROM (
        SELECT
            id AS purchase_id,
            at AS purchase_at,
            day,
            order_id,
            share_id,
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

refunds AS (
    SELECT day, order_id, share_id, value, currency
    FROM events
    WHERE bot = 0 AND name = 'refund' AND day >= :first_day
),

wanted AS (
    SELECT purchase_id, purchase_at, day, order_id, share_id, visitor, previous_visitor, value, currency
    FROM orders
    WHERE
        day >= :first_day
        OR (order_id <> '' AND order_id IN (SELECT order_id FROM refunds))
),

-- The visits before an order by the same person, under today's pseudonym and yesterday's.
arrivals AS (
    SELECT wanted.purchase_id, visit.share_id, visit.at AS visit_at, visit.id AS visit_id
    FROM wanted
    INNER JOIN events AS visit ON visit.visitor = wanted.visitor
    WHERE
        wanted.share_id = ''
        AND wanted.visitor <> ''
        AND visit.visitor <> ''
        AND visit.name = 'visit'
        AND visit.bot = 0
        AND visit.share_id <> ''
        AND visit.at <= wanted.purchase_at
        AND visit.at >= wanted.purchase_at - :look_back
    UNION ALL
    SELECT wanted.purchase_id, visit.share_id, visit.at AS visit_at, visit.id AS visit_id
    FROM wanted
    INNER JOIN events AS visit ON visit.visitor = wanted.previous_visitor
    WHERE
        wanted.share_id = ''
        AND wanted.previous_visitor <> ''
        AND visit.visitor <> ''
        AND visit.name = 'visit'
        AND visit.bot = 0
        AND visit.share_id <> ''
        AND visit.at <= wanted.purchase_at
        AND visit.at >= wanted.purchase_at - :look_back
),

latest AS (
    SELECT purchase_id, share_id AS latest_share
    FROM (
        SELECT
            purchase_id,
            share_id,
            ROW_NUMBER() OVER (PARTITION BY purchase_id ORDER BY visit_at DESC, visit_id DESC) AS place
        FROM arrivals
    ) AS numbered
    WHERE place = 1
),

credited AS (
    SELECT
        wanted.day,
        wanted.order_id,
        wanted.value,
        wanted.currency,
        CASE WHEN wanted.share_id <> '' THEN wanted.share_id ELSE COALESCE(latest.latest_share, '') END AS credit
    FROM wanted
    LEFT JOIN latest ON latest.purchase_id = wanted.purchase_id
),

entries AS (
    SELECT day, credit, 1 AS orders, value AS minor, currency
    FROM credited
    WHERE day >= :first_day
    UNION ALL
    SELECT
        refunds.day,
        CASE
            WHEN COALESCE(credited.credit, '') <> '' THEN credited.credit
            ELSE refunds.share_id
        END AS credit,
        0 AS orders,
        0 - refunds.value AS minor,
        refunds.currency
    FROM refunds
    LEFT JOIN credited ON credited.order_id = refunds.order_id AND credited.order_id <> ''
),

told AS (
    SELECT
        share_id,
        name,
        network,
        product_id,
        placement,
        ROW_NUMBER() OVER (PARTITION BY share_id, name ORDER BY at, id) AS place
    FROM events
    WHERE
        bot = 0
        AND name IN ('share', 'visit')
        AND share_id <> ''
        AND share_id IN (SELECT credit FROM entries)
),

shared AS (
    SELECT
        share_id,
        MAX(CASE WHEN name = 'share' THEN network ELSE '' END) AS share_network,
        MAX(CASE WHEN name = 'visit' THEN network ELSE '' END) AS visit_network,
        MAX(CASE WHEN name = 'share' THEN product_id ELSE '' END) AS share_product,
        MAX(CASE WHEN name = 'visit' THEN product_id ELSE '' END) AS visit_product,
        MAX(CASE WHEN name = 'share' THEN placement ELSE '' END) AS share_placement,
        MAX(CASE WHEN name = 'visit' THEN placement ELSE '' END) AS visit_placement
    FROM told
    WHERE place = 1
    GROUP BY share_id
)

SELECT
    day_bucket,
    text_bucket,
    from_share,
    entry_currency,
    SUM(orders) AS how_many,
    SUM(minor) AS minor_units
FROM (
    SELECT
        CASE WHEN :by = 'day' THEN entries.day ELSE 0 END AS day_bucket,
        CASE
            WHEN :by = 'network' AND shared.share_network <> '' THEN shared.share_network
            WHEN :by = 'network' THEN COALESCE(shared.visit_network, '')
            WHEN :by = 'product' AND shared.share_product <> '' THEN shared.share_product
            WHEN :by = 'product' THEN COALESCE(shared.visit_product, '')
            WHEN :by = 'placement' AND shared.share_placement <> '' THEN shared.share_placement
            WHEN :by = 'placement' THEN COALESCE(shared.visit_placement, '')
            ELSE ''
        END AS text_bucket,
        CASE WHEN entries.credit <> '' THEN 1 ELSE 0 END AS from_share,
        entries.currency AS entry_currency,
        entries.orders,
        entries.minor
    FROM entries
    LEFT JOIN shared ON shared.share_id = entries.credit
) AS bucketed
GROUP BY day_bucket, text_bucket, from_share, entry_currency
