-- What came of product tags since the first day of the report, by picture, number of the tag, product and kind of event.
-- Tag 0 is the picture as a whole. An impression is one of the picture, and says how many tags the picture had.
SELECT
    picture,
    tag,
    product_id,
    name,
    SUM(weight) AS how_many,
    MAX(tags) AS most_tags
FROM events
WHERE
    bot = 0
    AND picture <> ''
    AND day >= :first_day
    AND name IN ('impression', 'tag_open', 'product_click', 'add_to_cart')
GROUP BY picture, tag, product_id, name
