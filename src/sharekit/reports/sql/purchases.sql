-- Orders and money since the first day of the report, by what was asked for and by currency, in minor units.
-- from_share is 1 where an order is credited to a share, else 0. A refund counts no order, takes money off on its own
-- day, and is credited where its order was. The caller leaves out the currency of events without money.
-- Windows stand where joins would be more usual, because no planner can mistake the size of a window.
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

wanted AS (
    SELECT purchase_id, purchase_at, day, order_id, share_id, visitor, previous_visitor, value, currency
    FROM orders
    WHERE
        day >= :first_day
        OR order_id IN (
            SELECT order_id FROM events
            WHERE bot = 0 AND name = 'refund' AND day >= :first_day AND order_id <> ''
        )
),

-- Who may be credited with an order, the share it names (weight 2), the visits before it by the same person under
-- today's pseudonym and yesterday's (weight 1), and nobody (weight 0).
claims AS (
    SELECT
        purchase_id,
        day,
        order_id,
        value,
        currency,
        share_id AS claim,
        CASE WHEN share_id <> '' THEN 2 ELSE 0 END AS weight,
        purchase_at AS claim_at,
        purchase_id AS claim_id
    FROM wanted
    UNION ALL
    SELECT
        wanted.purchase_id AS purchase_id,
        wanted.day AS day,
        wanted.order_id AS order_id,
        wanted.value AS value,
        wanted.currency AS currency,
        visit.share_id AS claim,
        1 AS weight,
        visit.at AS claim_at,
        visit.id AS claim_id
    FROM wanted
    INNER JOIN events AS visit ON visit.visitor = wanted.visitor
    WHERE
        wanted.share_id = ''
        AND wanted.visitor <> ''
        AND visit.bot = 0
        AND visit.name = 'visit'
        AND visit.share_id <> ''
        AND visit.at <= wanted.purchase_at
        AND visit.at >= wanted.purchase_at - :look_back
    UNION ALL
    SELECT
        wanted.purchase_id AS purchase_id,
        wanted.day AS day,
        wanted.order_id AS order_id,
        wanted.value AS value,
        wanted.currency AS currency,
        visit.share_id AS claim,
        1 AS weight,
        visit.at AS claim_at,
        visit.id AS claim_id
    FROM wanted
    INNER JOIN events AS visit ON visit.visitor = wanted.previous_visitor
    WHERE
        wanted.share_id = ''
        AND wanted.previous_visitor <> ''
        AND visit.bot = 0
        AND visit.name = 'visit'
        AND visit.share_id <> ''
        AND visit.at <= wanted.purchase_at
        AND visit.at >= wanted.purchase_at - :look_back
),

movements AS (
    SELECT 'purchase' AS kind, purchase_id AS id, day, order_id, claim, 1 AS orders, value AS minor, currency
    FROM (
        SELECT
            purchase_id,
            day,
            order_id,
            value,
            currency,
            claim,
            ROW_NUMBER() OVER (
                PARTITION BY purchase_id
                ORDER BY weight DESC, claim_at DESC, claim_id DESC
            ) AS place
        FROM claims
    ) AS ranked
    WHERE place = 1
    UNION ALL
    SELECT 'refund' AS kind, id, day, order_id, share_id AS claim, 0 AS orders, 0 - value AS minor, currency
    FROM events
    WHERE bot = 0 AND name = 'refund' AND day >= :first_day
),

entries AS (
    SELECT
        id,
        day,
        CASE WHEN kind = 'refund' AND order_id <> '' AND order_claim <> '' THEN order_claim ELSE claim END AS credit,
        orders,
        minor,
        currency
    FROM (
        SELECT
            kind,
            id,
            day,
            order_id,
            claim,
            orders,
            minor,
            currency,
            FIRST_VALUE(CASE WHEN kind = 'purchase' THEN claim ELSE '' END) OVER (
                PARTITION BY order_id
                ORDER BY kind, id
            ) AS order_claim
        FROM movements
    ) AS paired
    WHERE day >= :first_day
),

-- The entries, among what is known of their shares (see visits.sql).
told AS (
    SELECT 3 AS turn, 3 AS other_turn, 0 AS at, id, day, credit, '' AS said, orders, minor, currency
    FROM entries
    UNION ALL
    SELECT
        CASE WHEN name = 'share' THEN 1 ELSE 2 END AS turn,
        CASE WHEN name = 'share' THEN 2 ELSE 1 END AS other_turn,
        at,
        id,
        day,
        share_id AS credit,
        CASE
            WHEN :by = 'network' THEN network
            WHEN :by = 'product' THEN product_id
            ELSE placement
        END AS said,
        0 AS orders,
        0 AS minor,
        '' AS currency
    FROM events
    WHERE
        :by IN ('network', 'product', 'placement')
        AND bot = 0
        AND name IN ('share', 'visit')
        AND share_id <> ''
        AND share_id IN (SELECT credit FROM entries)
)

SELECT
    day_bucket,
    text_bucket,
    from_share,
    currency,
    SUM(orders) AS how_many,
    SUM(minor) AS minor_units
FROM (
    SELECT
        CASE WHEN :by = 'day' THEN day ELSE 0 END AS day_bucket,
        CASE
            WHEN credit = '' THEN ''
            WHEN share_said <> '' THEN share_said
            ELSE visit_said
        END AS text_bucket,
        CASE WHEN credit = '' THEN 0 ELSE 1 END AS from_share,
        orders,
        minor,
        currency
    FROM (
        SELECT
            turn,
            day,
            credit,
            orders,
            minor,
            currency,
            FIRST_VALUE(said) OVER (PARTITION BY credit ORDER BY turn, at, id) AS share_said,
            FIRST_VALUE(said) OVER (PARTITION BY credit ORDER BY other_turn, at, id) AS visit_said
        FROM told
    ) AS known
    WHERE turn = 3
) AS bucketed
GROUP BY day_bucket, text_bucket, from_share, currency
