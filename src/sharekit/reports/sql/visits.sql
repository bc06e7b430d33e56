-- How many visits came since the first day of the report, by what was asked for.
-- A visit counts for the network, product and placement of the share it came by. Those are what the first share event
-- with its id says; what that leaves empty the first visit with the id says, whenever the two happened.
WITH visits AS (
    SELECT day, share_id, network, product_id, placement
    FROM events
    WHERE bot = 0 AND name = 'visit' AND day >= :first_day
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
        AND share_id IN (SELECT share_id FROM visits)
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
    COUNT(*) AS how_many
FROM (
    SELECT
        CASE WHEN :by = 'day' THEN visits.day ELSE 0 END AS day_bucket,
        CASE
            WHEN :by = 'network' AND visits.share_id = '' THEN visits.network
            WHEN :by = 'network' AND shared.share_network <> '' THEN shared.share_network
            WHEN :by = 'network' THEN shared.visit_network
            WHEN :by = 'product' AND visits.share_id = '' THEN visits.product_id
            WHEN :by = 'product' AND shared.share_product <> '' THEN shared.share_product
            WHEN :by = 'product' THEN shared.visit_product
            WHEN :by = 'placement' AND visits.share_id = '' THEN visits.placement
            WHEN :by = 'placement' AND shared.share_placement <> '' THEN shared.share_placement
            WHEN :by = 'placement' THEN shared.visit_placement
            ELSE ''
        END AS text_bucket
    FROM visits
    LEFT JOIN shared ON shared.share_id = visits.share_id
) AS bucketed
GROUP BY day_bucket, text_bucket
