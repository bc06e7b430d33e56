-- How many visits came since the first day of the report, by network, product or placement of the share they came by.
-- What is known of a share is what the first share event with its id says, and where that says nothing, the first visit
-- with the id, whenever the two happened. A visit without a share speaks for itself.
-- Windows stand where joins would be more usual, because no planner can mistake the size of a window.
SELECT
    text_bucket,
    SUM(weight) AS how_many
FROM (
    SELECT weight, CASE WHEN share_said <> '' THEN share_said ELSE visit_said END AS text_bucket
    FROM (
        SELECT
            name,
            day,
            weight,
            FIRST_VALUE(said) OVER (PARTITION BY share_id ORDER BY name, at, id) AS share_said,
            FIRST_VALUE(said) OVER (PARTITION BY share_id ORDER BY name DESC, at, id) AS visit_said
        FROM (
            SELECT
                id,
                name,
                at,
                day,
                weight,
                share_id,
                CASE
                    WHEN :by = 'network' THEN network
                    WHEN :by = 'product' THEN product_id
                    ELSE placement
                END AS said
            FROM events
            WHERE
                bot = 0
                AND name IN ('share', 'visit')
                AND share_id <> ''
                AND share_id IN (SELECT share_id FROM events WHERE bot = 0 AND name = 'visit' AND day >= :first_day)
        ) AS told
    ) AS known
    WHERE name = 'visit' AND day >= :first_day
    UNION ALL
    SELECT
        weight,
        CASE
            WHEN :by = 'network' THEN network
            WHEN :by = 'product' THEN product_id
            ELSE placement
        END AS text_bucket
    FROM events
    WHERE bot = 0 AND name = 'visit' AND share_id = '' AND day >= :first_day
) AS bucketed
GROUP BY text_bucket
